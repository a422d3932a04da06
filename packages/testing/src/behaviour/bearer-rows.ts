/**
 * How every adapter treats bearer tokens and scopes, as data.
 *
 * @module
 */

import type { BearerTokenOptions, TestClient } from '../bearer.js'
import type { TestAlb } from '../test-alb.js'
import { anonymous, as, type BehaviourRow, developer, navigation, stranger } from './row.js'
import type { RawRequest } from './send.js'

/** Options of the variant `bearer`. */
export const bearerOptions = { bearer: { clientId: ['cli'] } } as const

const SCOPE = 'my-api/read'
const cli: TestClient = { clientId: 'cli', username: 'dev', groups: ['developers'] }
const program: TestClient = { clientId: 'cli' }

/** A request with a bearer token. */
function withBearer(client: TestClient, path: string, options: BearerTokenOptions = {}, headers = {}) {
  return async (alb: TestAlb): Promise<RawRequest> => ({
    path,
    headers: { ...(await alb.bearerFor(client, options)), ...headers },
  })
}

function refused(status: number, code: string, authenticate: string | null): BehaviourRow['expected'] {
  return { status, code, headers: { 'www-authenticate': authenticate } }
}

const missing = refused(401, 'missing_token', 'Bearer')
const invalid = refused(401, 'invalid_token', 'Bearer error="invalid_token"')
const denied = refused(403, 'access_denied', null)
const insufficient = refused(403, 'insufficient_scope', `Bearer error="insufficient_scope", scope="${SCOPE}"`)

const rows: readonly (readonly [string, BehaviourRow['request'], BehaviourRow['expected']])[] = [
  ['allows a bearer token', withBearer(cli, '/'), { status: 200, json: { email: '', groups: ['developers'] } }],
  ['denies a program that no rule allows', withBearer(program, '/'), denied],
  ['rejects an ID token', withBearer(cli, '/', { fault: 'id_token' }), invalid],
  ['rejects a token of another client', withBearer(cli, '/', { fault: 'wrong_client' }), invalid],
  [
    'rejects an expired token',
    withBearer(cli, '/', { fault: 'expired' }),
    refused(401, 'expired_token', 'Bearer error="invalid_token"'),
  ],
  [
    'counts a second Authorization line',
    async (alb) => {
      const { authorization } = await alb.bearerFor(cli)
      return { path: '/', headers: { authorization: [authorization, 'Bearer x.y.z'] } }
    },
    invalid,
  ],
  ['takes another scheme for no token', anonymous('/', { headers: { authorization: 'Basic YTpi' } }), missing],
  [
    'judges a request with a session by the session alone',
    async (alb) => {
      const session = await alb.headersFor(developer, { fault: 'bad_signature' })
      return { path: '/', headers: { ...session, ...(await alb.bearerFor(cli)) } }
    },
    invalid,
  ],
  ['allows a session beside', as(developer, '/'), { status: 200, json: { email: 'dev@example.com' } }],
  [
    'lets a token with the scope reach a scope route',
    withBearer(cli, '/scopes', { scopes: [SCOPE, 'x'] }),
    { status: 200 },
  ],
  ['refuses a token without the scope', withBearer(cli, '/scopes', { scopes: ['my-api/reads'] }), insufficient],
  ['counts the scopes of a session', as({ ...developer, scopes: [SCOPE] }, '/scopes'), { status: 200 }],
  ['refuses a session without the scope', as(developer, '/scopes'), insufficient],
  ['denies a user with the scope whom no rule allows', as({ ...stranger, scopes: [SCOPE] }, '/scopes'), denied],
  ['refuses an anonymous request to a scope route', anonymous('/scopes'), missing],
  [
    'answers the navigation of a user without the scope with 403',
    as(developer, '/scopes', { headers: navigation }),
    { status: 403, headers: { 'www-authenticate': insufficient.headers?.['www-authenticate'] ?? null } },
  ],
]

/** For adapters with `bearer` on, in the variant `bearer`: the routes of `plain`, and `GET /scopes` that asks for the scope `my-api/read`. */
export const bearerRows: readonly BehaviourRow[] = rows.map(([what, request, expected]) => ({
  what,
  app: 'bearer',
  request,
  expected,
}))
