/**
 * The page that a person sees in place of a refused page: self-contained, without scripts, at most 4 KiB.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import type { User } from './user-type.js'

/** What a page may tell. Nothing else of the error reaches the client. */
export interface ErrorPage {
  /** HTTP status of the response. */
  readonly status: number
  /** Stable code of the error: `access_denied`. */
  readonly code: string
  /** Status phrase: `Forbidden`. */
  readonly title: string
  /** Who is signed in, on 403. Escape what you print of it. */
  readonly user?: User
  /** Where people sign out, if the option is set. */
  readonly signOutPath?: string
}

/** A page, and the policy that lets its styles and nothing else run. */
export interface RenderedPage {
  readonly html: string
  /** Value of `Content-Security-Policy`. */
  readonly policy: string
}

const STYLE =
  ':root{color-scheme:light dark;--ink:#1c2530;--soft:#4c5866;--ground:#f4f6f8;--card:#fff;--line:#d5dbe2;--accent:#0b57a4;--on:#fff}' +
  '@media(prefers-color-scheme:dark){:root{--ink:#eceff3;--soft:#b3bdc9;--ground:#12161b;--card:#1b2129;--line:#343d49;--accent:#8bbcf5;--on:#0d1a2a}}' +
  '*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}' +
  'main{width:100%;max-width:30rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow-wrap:anywhere}' +
  'h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}p{margin:0 0 1rem}' +
  'a{color:var(--accent)}a:focus-visible{outline:3px solid var(--accent);outline-offset:3px}' +
  'a.main{display:inline-block;padding:.6rem 1.1rem;border-radius:.5rem;background:var(--accent);color:var(--on);text-decoration:none;font-weight:600}' +
  'nav{display:flex;flex-wrap:wrap;gap:.75rem 1.25rem;align-items:center;margin:1.5rem 0 0}.code{margin:1.5rem 0 0;color:var(--soft);font-size:.875rem}'

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML, also inside an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** A link of a page: where to, and what it says. `''` leads to the page itself. */
export interface PageLink {
  readonly to: string
  readonly says: string
}

/**
 * A page in the manner of all pages: a heading, sentences, links.
 *
 * @param sentences HTML.
 * @param links The first is the one to follow.
 */
export function renderPage(
  heading: string,
  sentences: readonly string[],
  links: readonly PageLink[],
  code?: string,
): RenderedPage {
  const anchors = links.map(
    ({ to, says }, index) => `<a${index === 0 ? ' class="main"' : ''} href="${escapeHtml(to)}">${escapeHtml(says)}</a>`,
  )
  const html =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>${escapeHtml(heading)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(heading)}</h1>` +
    sentences.map((sentence) => `<p>${sentence}</p>`).join('') +
    `<nav aria-label="What to do">${anchors.join('')}</nav>` +
    (code === undefined ? '' : `<p class="code">Code: <code>${escapeHtml(code)}</code></p>`) +
    '</main></body></html>'
  return { html, policy: POLICY }
}

/**
 * Bytes of an address as HTML: more than any of RFC 5321's 254 characters has that is in use. What is longer would make the
 * page longer than it may be.
 */
const LONGEST_EMAIL = 1024

function whoIs(user: User | undefined): string[] {
  const email = escapeHtml(user?.email ?? '')
  if (email === '' || Buffer.byteLength(email) > LONGEST_EMAIL) return []
  // An address may hold letters of both writing directions.
  return [`You are signed in as <strong><bdi>${email}</bdi></strong>.`]
}

function waiting(seconds: number | undefined): string {
  if (seconds === undefined) return 'Please try again in a moment.'
  return `Please try again in ${seconds} second${seconds === 1 ? '' : 's'}.`
}

const TRY_AGAIN: PageLink = { to: '', says: 'Try again' }

/**
 * The page for a status.
 *
 * @param retryAfterSeconds When to try again, on 503.
 */
export function renderErrorPage(page: ErrorPage, retryAfterSeconds?: number): RenderedPage {
  const signOut = (says: string): PageLink[] => (page.signOutPath === undefined ? [] : [{ to: page.signOutPath, says }])
  switch (page.status) {
    case 401: {
      return renderPage(
        'Sign-in needed',
        [
          'Your sign-in is missing, has ended or could not be verified.',
          'Try again. If this page comes back, sign in again or tell the owner of this site.',
        ],
        [TRY_AGAIN, ...signOut('Sign in again')],
        page.code,
      )
    }
    case 403: {
      const links = signOut('Sign out or change user')
      return renderPage(
        'Access denied',
        [
          ...whoIs(page.user),
          'This account is not allowed to open this page. Ask the owner of this site for access, or sign in with another account.',
        ],
        links.length === 0 ? [TRY_AGAIN] : links,
        page.code,
      )
    }
    default: {
      return renderPage(
        'Temporarily unavailable',
        ['This page cannot be shown right now. It is not your fault.', waiting(retryAfterSeconds)],
        [TRY_AGAIN, ...signOut('Sign out')],
        page.code,
      )
    }
  }
}
