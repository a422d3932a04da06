/**
 * How every adapter signs people out, as data.
 *
 * @module
 */

import { anonymous, as, type BehaviourRow, developer, type Expected, navigation, stranger } from './row.js'

/** Options of the variant `signOut`. */
export const signOutOptions = {
  cognitoDomain: 'my-app.auth.eu-west-2.amazoncognito.com',
  logoutUrls: ['https://app.example.com/bye', 'https://app.example.com/help?a=b'],
  signOutPath: '/sign-out',
} as const

/** The cookie of {@link earlierCookieRows}. */
export const EARLIER_COOKIE = 'theme=dark; Path=/'

const COOKIES = [0, 1, 2, 3].map(
  (shard) =>
    `AWSELBAuthSessionCookie-${shard}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly`,
)

/** Cognito's page; the client is that of the test load balancer. */
const BYE =
  /^https:\/\/my-app\.auth\.eu-west-2\.amazoncognito\.com\/logout\?client_id=\w+&logout_uri=https%3A%2F%2Fapp\.example\.com%2Fbye$/
const HELP = /&logout_uri=https%3A%2F%2Fapp\.example\.com%2Fhelp%3Fa%3Db$/

const always = { 'cache-control': 'no-store' }
const byLink: Expected = { status: 302, headers: { ...always, location: BYE }, cookies: COOKIES }
const byForm: Expected = {
  status: 200,
  headers: {
    ...always,
    'content-type': 'text/html; charset=utf-8',
    refresh: /^0; url=https:\/\/my-app\.auth\./,
    location: null,
  },
  cookies: COOKIES,
  body: /<a [^>]*href="https:\/\/my-app\.auth\.eu-west-2\.amazoncognito\.com\/logout\?client_id=/,
}
const byScript: Expected = {
  status: 200,
  headers: { ...always, 'content-type': /^application\/json/, location: null },
  cookies: COOKIES,
  body: /^\{"location":"https:\/\/my-app\.auth\.eu-west-2\.amazoncognito\.com\/logout\?client_id=\w+&logout_uri=[^"]+"\}$/,
}

const navigate = { 'sec-fetch-mode': 'navigate', ...navigation }
const oldBrowser = { accept: 'text/html,*/*;q=0.8' }
const fetched = { 'sec-fetch-mode': 'cors', accept: 'text/html' }

/** The ways to ask, on some path. */
function rowsOf(path: string): BehaviourRow[] {
  const rows: readonly (readonly [string, BehaviourRow['request'], Expected])[] = [
    ['a link', as(developer, path, { headers: navigate }), byLink],
    ['a HEAD of a link', as(developer, path, { method: 'HEAD', headers: navigate }), byLink],
    ['a link in an old browser', as(developer, path, { headers: oldBrowser }), byLink],
    ['a form', as(developer, path, { method: 'POST', headers: navigate }), byForm],
    ['a form in an old browser', as(developer, path, { method: 'POST', headers: oldBrowser }), byForm],
    ['fetch', as(developer, path, { headers: fetched }), byScript],
    ['fetch with POST', as(developer, path, { method: 'POST', headers: fetched }), byScript],
    ['a client that takes anything', as(developer, path, { headers: { accept: '*/*' } }), byScript],
    ['a user who is denied', as(stranger, path, { headers: navigate }), byLink],
    ['a user whose tokens are broken', as(developer, path, { fault: 'bad_signature', headers: navigate }), byLink],
    ['a user without tokens', anonymous(path, { headers: navigate }), byLink],
  ]
  return rows.map(([who, request, expected]) => ({
    what: `${path} signs out ${who}`,
    app: 'signOut',
    request,
    expected,
  }))
}

/** Whatever protects the whole app answers `signOutPath` itself. */
export const signOutRows: readonly BehaviourRow[] = [
  ...rowsOf('/sign-out'),
  {
    what: 'a slash at the end of signOutPath makes no difference',
    app: 'signOut',
    request: anonymous('/sign-out/', { headers: navigate }),
    expected: byLink,
  },
  {
    what: 'a query of signOutPath decides nothing',
    app: 'signOut',
    request: anonymous('/sign-out?returnTo=https://evil.example/', { headers: navigate }),
    expected: byLink,
  },
  {
    what: 'another method of signOutPath is protected',
    app: 'signOut',
    request: anonymous('/sign-out', { method: 'PUT' }),
    expected: { status: [401, 404, 405], headers: { location: null }, cookies: [] },
  },
  ...['/Sign-out', '/sign-out/x', '/sign-outs', '/x/sign-out', '/?/sign-out'].map((path): BehaviourRow => ({
    what: `does not take ${path} for signOutPath`,
    app: 'signOut',
    request: anonymous(path),
    expected: { status: [401, 404], headers: { location: null }, cookies: [] },
  })),
  {
    what: 'the page of a denied user links to signOutPath',
    app: 'signOut',
    request: as(stranger, '/', { headers: navigation }),
    expected: { status: 403, body: /<a [^>]*href="\/sign-out"/ },
  },
]

/** A route `/logout` made by `logout()` and one `/help` by `logout({ returnTo })`, both before what protects the app, by any method. */
export const logoutRows: readonly BehaviourRow[] = [
  ...rowsOf('/logout'),
  {
    what: 'logout({ returnTo }) goes there',
    app: 'signOut',
    request: as(developer, '/help', { headers: navigate }),
    expected: { ...byLink, headers: { ...always, location: HELP } },
  },
]

/** The same where the app has set {@link EARLIER_COOKIE} on every response before: cookies are appended. */
export const earlierCookieRows: readonly BehaviourRow[] = ['/sign-out', '/logout'].map((path) => ({
  what: `${path} keeps the cookies that the app has set`,
  app: 'signOut',
  request: as(developer, path, { headers: navigate }),
  expected: { ...byLink, cookies: [EARLIER_COOKIE, ...COOKIES] },
}))
