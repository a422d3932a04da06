/**
 * Names of headers that carry identity, and how servers fold the names of others onto them.
 *
 * CGI, WSGI and PHP turn `X-Auth-Request-Email`, `X_Auth_Request_Email` and `X.Auth.Request.Email` into one variable:
 * a proxy that removes only the first spelling hands a forged identity on (oauth2-proxy CVE-2025-64484, Caddy
 * GHSA-f59h-q822-g45g, Traefik GHSA-x677-9fxg-v5c5).
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'

/** What of a user a header can carry. */
export type IdentityField = 'user' | 'email' | 'groups' | 'name' | 'username'

/** Names of one's own for the identity headers. `user` is the `sub`, `username` the name in the user pool. */
export type IdentityNames = { readonly [field in IdentityField]?: string }

/** Names that products know already. */
export type IdentityPreset = 'auth-request' | 'forwarded' | 'remote' | 'grafana'

/** A header, and what of the user it carries. */
export interface IdentityHeader {
  readonly name: string
  readonly field: IdentityField
}

/** The `User` as JSON in base64url, whatever the other names are. */
export const USER_HEADER = 'X-Cognito-Auth-User'
/** `true` where the groups were too long to be sent. */
export const GROUPS_OMITTED_HEADER = 'X-Cognito-Auth-Groups-Omitted'
/** The signed assertion, unless it is given another name. */
export const ASSERTION_HEADER = 'X-Cognito-Auth-Assertion'
/** Why there is no answer now, where only 401 and 403 can be said. */
export const ERROR_HEADER = 'X-Cognito-Auth-Error'

const PRESETS: Readonly<Record<IdentityPreset, readonly IdentityHeader[]>> = {
  'auth-request': [
    { name: 'X-Auth-Request-User', field: 'user' },
    { name: 'X-Auth-Request-Email', field: 'email' },
    { name: 'X-Auth-Request-Groups', field: 'groups' },
    { name: 'X-Auth-Request-Preferred-Username', field: 'username' },
  ],
  forwarded: [
    { name: 'X-Forwarded-User', field: 'user' },
    { name: 'X-Forwarded-Email', field: 'email' },
    { name: 'X-Forwarded-Groups', field: 'groups' },
    { name: 'X-Forwarded-Preferred-Username', field: 'username' },
  ],
  remote: [
    { name: 'Remote-User', field: 'email' },
    { name: 'Remote-Email', field: 'email' },
    { name: 'Remote-Groups', field: 'groups' },
    { name: 'Remote-Name', field: 'name' },
  ],
  grafana: [
    { name: 'X-WEBAUTH-USER', field: 'email' },
    { name: 'X-WEBAUTH-EMAIL', field: 'email' },
    { name: 'X-WEBAUTH-GROUPS', field: 'groups' },
  ],
}

/** Read by Grafana where it is told to, and set by none of the presets: a client's must not be believed. */
const ALSO_IDENTITY = ['X-WEBAUTH-NAME', 'X-WEBAUTH-ROLE']

/** Names of the presets. */
export const IDENTITY_PRESETS: readonly string[] = Object.keys(PRESETS)
/** Names of what a header can carry. */
export const IDENTITY_FIELDS: readonly IdentityField[] = ['user', 'email', 'groups', 'name', 'username']

/** `token` of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/

/** Names that frame, route or control a message, or carry credentials, when folded: none of them can be an identity header, or a trailer. */
const TAKEN: ReadonlySet<string> = new Set(
  `
    Host Connection Keep-Alive Proxy-Connection Proxy-Authenticate Proxy-Authorization Upgrade
    Transfer-Encoding TE Trailer Expect Date Via Forwarded Max-Forwards Range Vary Content-Length
    Content-Type Content-Encoding Content-Range Content-Location HTTP2-Settings Cookie Set-Cookie
    Authorization WWW-Authenticate Location Refresh Status Server Age Cache-Control Origin Referer
    Accept User-Agent Retry-After If-None-Match If-Match X-Forwarded-For X-Forwarded-Host
    X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Uri X-Forwarded-Method X-Forwarded-Prefix
    X-Forwarded-Scheme X-Forwarded-Ssl X-Forwarded-Server X-Forwarded-Path X-Original-Host X-Host
    If-Modified-Since If-Unmodified-Since If-Range Accept-Encoding Accept-Language Sec-Fetch-Site
    Sec-Fetch-Mode Sec-Fetch-Dest Sec-Fetch-User
    X-Original-URL X-Rewrite-URL X-HTTP-Method-Override X-Original-Method X-HTTP-Method
    X-Method-Override X-Accel-Redirect X-Sendfile X-Amzn-Trace-Id Sec-WebSocket-Key
    Sec-WebSocket-Version Sec-WebSocket-Protocol Sec-WebSocket-Extensions Sec-WebSocket-Accept X-Real-IP
    X-Cognito-Auth-Reason
    ${USER_HEADER} ${GROUPS_OMITTED_HEADER} ${ERROR_HEADER}`
    .trim()
    .split(/\s+/)
    .map(fold),
)

/** The letters and digits of a name: what is left to compare once servers have folded the rest. */
export function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** `x-amzn-oidc-*` of the load balancer, and all of our own, by how they begin when folded. */
const FOLDED_FAMILIES = ['xamznoidc', 'xcognitoauth']
const FOLDED_PRESETS: readonly string[] = [
  ...Object.values(PRESETS)
    .flat()
    .map(({ name }) => name),
  ...ALSO_IDENTITY,
].map(fold)

/** How many names are remembered. */
const MOST_REMEMBERED = 1000

function checkName(name: unknown, where: string): string {
  if (typeof name !== 'string') throw new ConfigurationError(`${where} must be a string, the name of a header`)
  if (!TOKEN.test(name) || fold(name) === '') throw new ConfigurationError(`${where} must be the name of a header`)
  const folded = fold(name)
  if (TAKEN.has(folded) || folded.startsWith('xamznoidc'))
    throw new ConfigurationError(`${where} must not be a header that frames, routes or controls a message`)
  return name
}

/** Which headers carry identity. */
export interface HeaderPlan {
  readonly identity: readonly IdentityHeader[]
  /** Name of the header with the assertion; `undefined` without one. */
  readonly assertion: string | undefined
  /** Whether a name, in lower case, is that of an identity header or one that a server may take for it. */
  isIdentity(name: string): boolean
  /** Whether a trailer of that name, in lower case, ends here: a server that takes trailers for headers would believe it. */
  isRefusedTrailer(name: string): boolean
}

function identityHeaders(identity: unknown): readonly IdentityHeader[] {
  if (identity === undefined) return PRESETS['auth-request']
  if (typeof identity === 'string' && Object.hasOwn(PRESETS, identity)) return PRESETS[identity as IdentityPreset]
  if (typeof identity !== 'object' || identity === null || Array.isArray(identity))
    throw new ConfigurationError(`identity must be one of ${IDENTITY_PRESETS.join(', ')}, or names of your own`)
  const headers = IDENTITY_FIELDS.filter((field) => Object.hasOwn(identity, field)).map((field) => ({
    field,
    name: checkName((identity as Record<string, unknown>)[field], `identity.${field}`),
  }))
  if (headers.length === 0)
    throw new ConfigurationError(`identity must name at least one header: ${IDENTITY_FIELDS.join(', ')}`)
  return headers
}

/**
 * Plans the headers.
 *
 * @param identity as in the options; its members are known already.
 * @param assertion the name of the assertion's header; `undefined` without an assertion.
 * @throws {ConfigurationError} when a name is no name of a header, is taken, or equals another one when folded.
 */
export function planHeaders(identity: unknown, assertion: string | undefined): HeaderPlan {
  const headers = identityHeaders(identity)
  const names = headers.map(({ name }) => name)
  if (assertion !== undefined) names.push(checkName(assertion, 'assertion.name'))
  const folded = names.map(fold)
  const twice = names.find((name, index) => folded.indexOf(fold(name)) !== index)
  if (twice !== undefined)
    throw new ConfigurationError(`identity: ${twice} is there twice, as servers see it that read - and _ alike`)
  const known: ReadonlySet<string> = new Set([...FOLDED_PRESETS, ...folded])
  const isIdentity = (name: string): boolean => {
    const one = fold(name)
    return known.has(one) || FOLDED_FAMILIES.some((family) => one.startsWith(family))
  }
  // Requests have the same names again and again; what a client makes up is not remembered without a limit.
  const answers = new Map<string, boolean>()
  const remembered = (name: string): boolean => {
    const known = answers.get(name)
    if (known !== undefined) return known
    const answer = isIdentity(name)
    if (answers.size < MOST_REMEMBERED) answers.set(name, answer)
    return answer
  }
  return {
    identity: headers,
    assertion,
    isIdentity: remembered,
    isRefusedTrailer: (name) => TAKEN.has(fold(name)) || isIdentity(name),
  }
}
