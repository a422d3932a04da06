/**
 * What all pages have in common. They work without JavaScript.
 *
 * @module
 */

import { htmlEscape } from 'escape-goat'
import { hashOf, SCRIPT } from './live.js'

/** HTML that is safe as it stands. */
export interface Html {
  readonly html: string
}

/** Escapes every value but those that are HTML already. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const shown = values.map((value) =>
    typeof value === 'object'
      ? [value]
          .flat()
          .map((one) => (one as Html).html)
          .join('')
      : htmlEscape(String(value)),
  )
  return { html: parts.map((part, index) => part + (shown[index] ?? '')).join('') }
}

const STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #56616f; --line: #d5dbe3; --page: #f1f4f8; --card: #fff; --tint: #e8f0fc; --accent: #1b57b0; --on-accent: #fff; --warn: #8a4b00; --warn-tint: #fff3e0; --bad: #a61b1b; --good: #1b6b3a }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3afbd; --line: #35414f; --page: #10161d; --card: #19212b; --tint: #1e3350; --accent: #8ab6ff; --on-accent: #0b1a30; --warn: #ffc078; --warn-tint: #3a2a12; --bad: #ff9d9d; --good: #86dba6 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; padding: clamp(1rem, 4vw, 3rem) 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
header, main, footer { max-width: 32rem; margin-inline: auto } .wide header, .wide main { max-width: 64rem }
header { display: flex; align-items: center; gap: .6rem; margin-bottom: 1rem; color: var(--soft); font-size: .9rem; font-weight: 600 } header svg { flex: none }
main { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.25rem, 4vw, 2.25rem); box-shadow: 0 1px 2px #0f172a0d, 0 12px 32px #0f172a14 }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.2; letter-spacing: -.01em } h2 { margin: 2.25rem 0 .5rem; font-size: 1.2rem } h3 { margin: 1.25rem 0 .5rem; font-size: .9rem; color: var(--soft) }
p { margin: .25rem 0 1rem; color: var(--soft); overflow-wrap: anywhere }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem }
button, input { font: inherit; color: inherit }
button { cursor: pointer; min-height: 2.75rem; border-radius: 10px; border: 1px solid var(--line); background: var(--card); padding: .55rem .9rem; text-align: left }
button:hover { border-color: var(--accent); background: var(--tint) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.user { width: 100%; display: grid; grid-template-columns: auto 1fr; gap: 0 .9rem; align-items: center }
.user > span:last-child { display: grid; min-width: 0 } .user strong { font-weight: 600; overflow-wrap: anywhere } .mail { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
.face { width: 2.75rem; height: 2.75rem; border-radius: 50%; background: var(--tint); color: var(--accent); display: grid; place-items: center; font-weight: 700 }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; margin-top: .3rem } .chip { border: 1px solid var(--line); border-radius: .7rem; padding: 0 .55rem; font-size: .8rem; color: var(--soft); overflow-wrap: anywhere; min-width: 0 }
.primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; width: 100%; margin-top: 1.25rem; text-align: center } .primary:hover { background: var(--accent); text-decoration: underline }
label { display: block; margin: .9rem 0 .25rem; font-weight: 600; font-size: .9rem } .hint { font-weight: 400; color: var(--soft) }
input { width: 100%; min-height: 2.75rem; padding: .5rem .7rem; border: 1px solid var(--soft); border-radius: 10px; background: transparent } [aria-invalid] { border-color: var(--bad) }
.problem { color: var(--bad); font-weight: 600; margin: .25rem 0 0 }
details { margin-top: 1.5rem; border-top: 1px solid var(--line); padding-top: 1rem } summary { cursor: pointer; font-weight: 600; padding: .35rem 0 }
nav { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0 0 1.25rem; border-bottom: 1px solid var(--line) } nav a { padding: .55rem .8rem; color: var(--soft); text-decoration: none; font-weight: 600; border-bottom: 3px solid transparent } nav a:hover { color: var(--accent) } nav a[aria-current] { color: var(--ink); border-color: var(--accent) }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; margin: 0 0 1rem } .bar p { margin: 0 } .bar form { margin: 0 }
.bar-below { margin-bottom: 1.25rem } .small { min-height: 2.25rem; padding: .3rem .7rem; font-size: .85rem; width: auto } select { font: inherit; color: inherit; min-height: 2.75rem; border: 1px solid var(--soft); border-radius: 10px; background: var(--card); padding: .3rem .5rem; max-width: 100% }
.inline { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end } .inline label { margin-top: 0 } .grow { flex: 1 1 14rem; min-width: 0 } .grow select { width: 100% }
.person > *, .bar > * { min-width: 0 } label, h1, h2 { overflow-wrap: anywhere } .person { border: 1px solid var(--line); border-radius: 12px; padding: .9rem; display: grid; gap: .75rem } .person form { margin: 0 }
td.why { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; color: var(--soft) } td.path { white-space: normal; overflow-wrap: anywhere; min-width: 8rem } td.value { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; font: .85rem/1.5 ui-monospace, monospace }
.row { display: flex; flex-wrap: wrap; gap: .6rem }
.faults { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13.5rem), 1fr)) }
.faults button { display: grid; align-content: start; font-size: .85rem; color: var(--soft) } .faults strong { color: var(--ink); font: 600 .85rem/1.5 ui-monospace, monospace }
button:disabled { cursor: not-allowed; border-style: dashed; background: transparent } button:disabled strong { color: var(--soft) }
.faults [aria-pressed=true] { border: 2px solid var(--warn); background: var(--warn-tint) } .faults [aria-pressed=true] strong { color: var(--warn) }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 8px; padding: .6rem .9rem; color: var(--ink) } .notice.on { border-left-color: var(--warn); background: var(--warn-tint) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: .75rem 0 1rem } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.scroll { overflow-x: auto } pre { overflow-x: auto; background: var(--page); border: 1px solid var(--line); border-radius: 10px; padding: .8rem; font: .8rem/1.5 ui-monospace, monospace; margin: 0 0 1rem } code { font: .9em ui-monospace, monospace }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); white-space: nowrap } th { color: var(--soft); font-weight: 600 } td.note { font-weight: 600; color: var(--warn) } .good { color: var(--good) } .bad { color: var(--bad) } td.good, td.bad { font-weight: 600 } tr:target { background: var(--tint) }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  tr { display: flex; flex-wrap: wrap; gap: .1rem .75rem; align-items: baseline; padding: .6rem 0; border-bottom: 1px solid var(--line) } td, th { border: 0; padding: 0; white-space: normal; overflow-wrap: anywhere; min-width: 0 }
  td.path { flex: 1 1 64%; min-width: 0 } td.path ~ td { font-size: .85rem } td.value, td.why { flex: 1 0 100%; min-width: 0; order: 1 } td:empty { display: none }
}
footer { margin-top: 1.25rem; text-align: center; font-size: .85rem; color: var(--soft) } a { color: var(--accent) }
`

/** As they stand: the hashes below are of every character between the tags. */
const STYLE_TAG = { html: `<style>${STYLE}</style>` }
const SCRIPT_TAG = { html: `<script>${SCRIPT}</script>` }

/** The page's own style and script by their hash: no other could run even if one got in. */
const POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; frame-ancestors 'none'; base-uri 'none'`

const COMMON_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

/** Headers of pages without a script. Their forms lead back to them. */
export const PAGE_HEADERS = {
  ...COMMON_HEADERS,
  'content-security-policy': `${POLICY}; form-action 'self'`,
} as const

/** Headers of pages with {@link SCRIPT}, which listens to our own events. */
export const LIVE_HEADERS = {
  ...COMMON_HEADERS,
  'content-security-policy': `${POLICY}; form-action 'self'; script-src ${hashOf(SCRIPT)}; connect-src 'self'`,
} as const

/**
 * Headers of the sign-in page. Chromium holds every redirect that a form leads to against `form-action`: an app whose
 * first page redirects to another origin would end in a blank page.
 */
export const SIGN_IN_HEADERS = { ...COMMON_HEADERS, 'content-security-policy': POLICY } as const

const LOGO = {
  html: '<svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><circle cx="5" cy="12" r="3"/><circle cx="19" cy="5" r="3"/><circle cx="19" cy="19" r="3"/><path d="M8 11l8-5M8 13l8 5"/></svg>',
}

/** The tabs of the console. */
const TABS = [
  ['/_local-alb', 'Requests'],
  ['/_local-alb/users', 'Users'],
  ['/_local-alb/faults', 'Faults'],
  ['/_local-alb/attack', 'Attack'],
  ['/_local-alb/clock', 'Keys and time'],
] as const

/** What a page has besides its body. */
export interface PageOptions {
  /** The tab that is shown: a page of the console, which is wide and has the script. */
  readonly tab?: (typeof TABS)[number][1]
}

function tabs(current: string): Html {
  const links = TABS.map(
    ([href, name]) => html`<a href="${href}" ${{ html: name === current ? 'aria-current="page"' : '' }}>${name}</a>`,
  )
  return html`<nav aria-label="Local load balancer">${links}</nav>`
}

/** A whole page. */
export function page(title: string, body: Html, { tab }: PageOptions = {}): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · local ALB</title>
        ${STYLE_TAG}
      </head>
      <body class="${tab === undefined ? '' : 'wide'}">
        <header>${LOGO}<span>Local load balancer</span></header>
        <main>${tab === undefined ? '' : tabs(tab)}${body}</main>
        <footer>
          A stand-in for AWS on this machine, not a real sign-in.
          ${tab === undefined ? html`<a href="/_local-alb">Requests and faults</a>` : ''}
        </footer>
        ${tab === undefined ? '' : SCRIPT_TAG}
      </body>
    </html> `.html
}

/** Where a page leads on. */
export interface Link {
  readonly href: string
  readonly text: string
}

/** A page with a sentence on it. */
export function messagePage(title: string, sentence: string, link?: Link): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${sentence}</p>
      ${link === undefined ? '' : html`<p><a href="${link.href}">${link.text}</a></p>`}`,
  )
}
