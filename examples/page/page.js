import { readFileSync } from 'node:fs'
import { htmlEscape } from 'escape-goat'

const styles = readFileSync(new URL('styles.css', import.meta.url), 'utf8')

/** Behind the local load balancer its own page is one click away; on AWS there is none. */
const statusLink = process.env.COGNITO_AUTH_LOCAL_ALB === undefined ? '' : '<a href="/_local-alb">What was sent</a>'

function page(app, title, content) {
  const head = htmlEscape`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${app}</title><link rel="icon" href="data:,">`
  return `<!doctype html>
<html lang="en">
<head>${head}<style>${styles}</style></head>
<body>
<header><strong>${htmlEscape(app)} example</strong><a href="/">Home</a><a href="/reports">Reports</a><a href="/api/me">/api/me</a>${statusLink}<a href="/logout">Sign out</a></header>
<main>${content}</main>
</body>
</html>
`
}

/**
 * The first page: who is signed in.
 *
 * @param {string} app Name of the framework.
 * @param {{ name: string, email: string, groups: readonly string[], isAdmin: boolean }} user
 */
export function greeting(app, { name, email, groups, isAdmin }) {
  return page(
    app,
    'Home',
    htmlEscape`<h1>Hello, ${name}</h1>
<dl><dt>E-mail</dt><dd>${email}</dd><dt>Groups</dt><dd>${groups.join(', ')}</dd><dt>Admin</dt><dd>${isAdmin ? 'yes' : 'no'}</dd></dl>
<p>Both tokens of this request were verified, and the rules of <code>auth-config.json</code> allow you. <a href="/reports">Reports</a> are for admins only.</p>`,
  )
}

/** A page for admins. @param {string} app Name of the framework. */
export function reports(app) {
  return page(app, 'Reports', '<h1>Reports</h1><p>Only members of the group <code>admins</code> read this.</p>')
}
