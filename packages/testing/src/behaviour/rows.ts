/**
 * How every adapter answers, as data: one table for all of them, so that a framework cannot drift.
 *
 * An adapter's test builds `AppVariant` apps, all with `authoriser` letting in the groups `developers` and
 * `admins`, with `adminUsers: ['root@example.com']`, and these routes:
 *
 * | route | protected by | answers |
 * | --- | --- | --- |
 * | `GET /` and `POST /` | the whole app | `{ email, groups, isAdmin }` of the user |
 * | `GET /health` | bypassed (or made public) | `{ ok: true }` |
 * | `GET /admins` | `requireGroups('admins')` | `{ email }` |
 * | `GET /admin` | `requireAdmin()` | `{ email }` |
 *
 * In the variant `optional` only `GET /maybe` exists: `{ email }`, `null` without one. It has a `redirectUrl` too.
 *
 * {@link behaviourRows} is for every adapter. Beside it stand `pageRows` for those that answer people,
 * {@link rawPathRows} for those that see the path as sent, {@link handlerRows} for those that call the handler, with a route
 * `GET /boom` that throws, `signOutRows`, `bearerRows` and `reasonRows`.
 *
 * @module
 */

import {
  admin,
  anonymous,
  as,
  type BehaviourRow,
  denied,
  developer,
  invalid,
  missing,
  navigation,
  problem,
  root,
  sentAway,
  stranger,
} from './row.js'

const lettingIn: BehaviourRow[] = [
  {
    what: 'allows a member of an allowed group',
    app: 'plain',
    request: as(developer, '/'),
    expected: { status: 200, json: { email: 'dev@example.com', groups: ['developers'], isAdmin: false } },
  },
  {
    what: 'allows a POST',
    app: 'plain',
    request: as(developer, '/', { method: 'POST' }),
    expected: { status: [200, 201], json: { email: 'dev@example.com' } },
  },
  {
    what: 'allows an app admin whatever the rules say',
    app: 'plain',
    request: as(root, '/'),
    expected: { status: 200, json: { email: 'root@example.com', isAdmin: true } },
  },
  { what: 'allows a member on a group route', app: 'plain', request: as(admin, '/admins'), expected: { status: 200 } },
  { what: 'allows an admin on an admin route', app: 'plain', request: as(root, '/admin'), expected: { status: 200 } },
]

const refusing: BehaviourRow[] = [
  { what: 'refuses a request without tokens', app: 'plain', request: anonymous('/'), expected: missing },
  {
    what: 'refuses a request with only the identity header',
    app: 'plain',
    request: anonymous('/', { headers: { 'x-amzn-oidc-identity': 'another-user' } }),
    expected: missing,
  },
  ...(['missing_access_token', 'missing_data'] as const).map((fault) => ({
    what: `refuses one token of two (${fault})`,
    app: 'plain' as const,
    request: as(developer, '/', { fault }),
    expected: missing,
  })),
  ...(
    [
      'bad_signature',
      'wrong_signer',
      'wrong_client',
      'wrong_issuer',
      'wrong_subject',
      'unknown_key',
      'not_yet_valid',
    ] as const
  ).map((fault) => ({
    what: `refuses ${fault}`,
    app: 'plain' as const,
    request: as(developer, '/', { fault }),
    expected: invalid,
  })),
  {
    what: 'refuses an expired token',
    app: 'plain',
    request: as(developer, '/', { fault: 'expired' }),
    expected: problem(401, 'expired_token'),
  },
  {
    what: 'refuses a second value of a token header',
    app: 'plain',
    request: async (alb) => {
      const headers = await alb.headersFor(developer)
      return { path: '/', headers: { ...headers, 'x-amzn-oidc-data': [headers['x-amzn-oidc-data'] ?? '', 'x.y.z'] } }
    },
    expected: invalid,
  },
  {
    what: 'refuses an identity header that names another user',
    app: 'plain',
    request: as(developer, '/', { headers: { 'x-amzn-oidc-identity': 'another-user' } }),
    expected: invalid,
  },
  {
    what: 'refuses garbage',
    app: 'plain',
    request: as(developer, '/', { headers: { 'x-amzn-oidc-data': 'garbage' } }),
    expected: invalid,
  },
  { what: 'denies a user of no allowed group', app: 'plain', request: as(stranger, '/'), expected: denied },
  {
    what: 'denies a non-member from a group route',
    app: 'plain',
    request: as(developer, '/admins'),
    expected: denied,
  },
  {
    what: 'denies an admin who is no member from a group route',
    app: 'plain',
    request: as(root, '/admins'),
    expected: denied,
  },
  { what: 'denies a non-admin from an admin route', app: 'plain', request: as(admin, '/admin'), expected: denied },
  {
    what: 'refuses an anonymous request to a group route',
    app: 'plain',
    request: anonymous('/admins'),
    expected: missing,
  },
  {
    what: 'answers 503 while keys cannot be fetched',
    app: 'plain',
    fresh: true,
    request: async (alb) => {
      alb.goOffline()
      return await as(developer, '/')(alb)
    },
    expected: problem(503, 'keys_unavailable', { 'retry-after': /^\d+$/ }),
  },
]

const bypassing: BehaviourRow[] = [
  {
    what: 'opens a bypassed path',
    app: 'plain',
    request: anonymous('/health'),
    expected: { status: 200, json: { ok: true } },
  },
  {
    what: 'takes no notice of bad tokens on a bypassed path',
    app: 'plain',
    request: as(developer, '/health', { fault: 'bad_signature' }),
    expected: { status: 200 },
  },
  {
    what: 'takes no notice of a query on a bypassed path',
    app: 'plain',
    request: anonymous('/health?a=/'),
    expected: { status: 200 },
  },
  {
    what: 'takes no notice of a slash at the end of a bypassed path',
    app: 'plain',
    request: anonymous('/health/'),
    // 404 where the framework tells the two apart: it was not refused either way.
    expected: { status: [200, 404] },
  },
  ...['/?/health', '/healthx', '/admins?x=/health', '/health/../', '//health', '/%68ealth', '/Health/x'].map(
    (path) => ({
      what: `does not take ${path} for the bypassed /health`,
      app: 'plain' as const,
      request: anonymous(path),
      // 404 where the framework found no route to protect: nothing was open either way.
      expected: { status: [400, 401, 404] },
    }),
  ),
]

const redirecting: BehaviourRow[] = [
  {
    what: 'sends a navigation away on 401',
    app: 'redirect',
    request: anonymous('/', { headers: navigation }),
    expected: sentAway,
  },
  {
    what: 'sends a HEAD of a navigation away',
    app: 'redirect',
    request: anonymous('/', { method: 'HEAD', headers: navigation }),
    expected: sentAway,
  },
  {
    what: 'sends an iframe away on 401',
    app: 'redirect',
    request: anonymous('/', { headers: { 'sec-fetch-dest': 'iframe' } }),
    expected: sentAway,
  },
  {
    what: 'sends an old browser away on 401',
    app: 'redirect',
    request: anonymous('/', { headers: { accept: 'text/html,*/*;q=0.8' } }),
    expected: sentAway,
  },
  {
    what: 'sends a navigation away on 403',
    app: 'redirect',
    request: as(stranger, '/', { headers: navigation }),
    expected: sentAway,
  },
  {
    what: 'sends a navigation away from a group route',
    app: 'redirect',
    request: as(developer, '/admins', { headers: navigation }),
    expected: sentAway,
  },
  {
    what: 'does not redirect a script of the page',
    app: 'redirect',
    request: anonymous('/', { headers: { 'sec-fetch-dest': 'empty', accept: 'text/html' } }),
    expected: missing,
  },
  {
    what: 'does not redirect an API client',
    app: 'redirect',
    request: anonymous('/', { headers: { accept: '*/*' } }),
    expected: missing,
  },
  {
    what: 'does not redirect a client with an empty Sec-Fetch-Dest',
    app: 'redirect',
    request: anonymous('/', { headers: { 'sec-fetch-dest': '', accept: 'text/html' } }),
    expected: missing,
  },
  {
    what: 'does not redirect a POST',
    app: 'redirect',
    request: anonymous('/', { method: 'POST', headers: navigation }),
    expected: missing,
  },
  {
    what: 'does not redirect on 503',
    app: 'redirect',
    fresh: true,
    request: async (alb) => {
      alb.goOffline()
      return await as(developer, '/', { headers: navigation })(alb)
    },
    // A page, or the problem document where there are no pages.
    expected: { status: 503, headers: { 'retry-after': /^\d+$/, 'cache-control': 'no-store', location: null } },
  },
  {
    what: 'does not redirect to where the request already is',
    app: 'redirect',
    request: anonymous('/admins', { headers: { ...navigation, host: 'example.com' } }),
    expected: { ...missing, headers: { ...missing.headers, location: null } },
  },
  {
    what: 'redirects from the same path of another host',
    app: 'redirect',
    request: anonymous('/admins', { headers: navigation }),
    expected: sentAway,
  },
]

const welcoming: BehaviourRow[] = [
  {
    what: 'allows an anonymous request where that is optional',
    app: 'optional',
    request: anonymous('/maybe'),
    expected: { status: 200, json: { email: null } },
  },
  {
    what: 'knows who is signed in where that is optional',
    app: 'optional',
    request: as(developer, '/maybe'),
    expected: { status: 200, json: { email: 'dev@example.com' } },
  },
  {
    what: 'refuses a bad token where sign-in is optional',
    app: 'optional',
    request: as(developer, '/maybe', { fault: 'bad_signature' }),
    expected: invalid,
  },
  {
    what: 'refuses one token of two where sign-in is optional',
    app: 'optional',
    request: as(developer, '/maybe', { fault: 'missing_data' }),
    expected: missing,
  },
  {
    what: 'denies a user of no allowed group where sign-in is optional',
    app: 'optional',
    request: as(stranger, '/maybe'),
    expected: denied,
  },
  {
    what: 'sends the navigation of a denied user away where sign-in is optional',
    app: 'optional',
    request: as(stranger, '/maybe', { headers: navigation }),
    expected: sentAway,
  },
  {
    what: 'allows an anonymous navigation where sign-in is optional',
    app: 'optional',
    request: anonymous('/maybe', { headers: navigation }),
    expected: { status: 200 },
  },
]

/** The table. */
export const behaviourRows: readonly BehaviourRow[] = [
  ...lettingIn,
  ...refusing,
  ...bypassing,
  ...redirecting,
  ...welcoming,
]

/** Paths that are decoded or resolved to the bypassed one, for adapters that see the path as sent. */
export const rawPathRows: readonly BehaviourRow[] = [
  '/./health',
  '/x/../health',
  '/admins/%2e%2e/health',
  '/admins/..%2fhealth',
  '/admins/..%5Chealth',
  '/admins/..\\health',
  '/health/.',
  '/health%2F',
  '/he%61lth',
  '//health/',
].map((path) => ({
  what: `does not take ${path} for the bypassed /health`,
  app: 'plain' as const,
  request: anonymous(path),
  expected: { status: [400, 401, 404] },
}))

/** Exceptions of handlers are the app's, for adapters that call them. */
export const handlerRows: readonly BehaviourRow[] = [
  {
    what: 'leaves the exception of a later handler to the app',
    app: 'plain',
    request: as(developer, '/boom'),
    expected: { status: 500, headers: { 'content-type': /^(?!application\/problem)/ } },
  },
  { what: 'refuses before a handler throws', app: 'plain', request: anonymous('/boom'), expected: missing },
]
