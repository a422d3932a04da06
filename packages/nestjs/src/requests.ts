/**
 * Who verifies requests: one `CognitoAuth` for an app, and one memory of who was verified.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { CognitoAuth, ExpiredTokenError, type HeadersInput, type User } from '@cognito-auth/core'
import { nodeHeaders, RequestUsers } from '@cognito-auth/core/adapter'
import type { ModulesContainer } from '@nestjs/core'
import type { Access } from './access/access.js'
import { type Carrier, member } from './transports/request-of.js'

/** By app: its guards, of which Nest makes one in each module, share the keys that were fetched. */
const fromEnvironment = new WeakMap<object, CognitoAuth>()
const requests = new WeakMap<CognitoAuth, RequestUsers<Carrier>>()

/**
 * The `CognitoAuth` of an app that configures none, made on first use.
 *
 * @param app What is the same for all guards of an app.
 * @throws {ConfigurationError} each time, while the environment is wrong.
 */
export function environmentAuth(app: object): CognitoAuth {
  const known = fromEnvironment.get(app)
  if (known !== undefined) return known
  const auth = new CognitoAuth()
  fromEnvironment.set(app, auth)
  return auth
}

/** What the module hands to guards. */
export interface ModuleAuth {
  readonly auth: CognitoAuth
  /** Who was verified, on arrival too: in the memory of the build that the module is of. */
  readonly requests: RequestUsers<Carrier>
}

/**
 * What {@link ModuleAuth} is provided under. Registered: the class `CognitoAuth` is another token in each build of this
 * package, and a guard of the other one would be judged by the environment's rules.
 */
export const MODULE_AUTH = Symbol.for('@cognito-auth/nestjs/auth')

/** Whether an app has a {@link CognitoAuthModule}, of either build; known before it is made. */
export function hasModule(modules: ModulesContainer): boolean {
  return [...modules.values()].some(({ providers }) => providers.has(MODULE_AUTH))
}

/** What the module does before handlers is provided under it. Registered, as {@link MODULE_AUTH} is. */
export const FRONT_OPTIONS = Symbol.for('@cognito-auth/nestjs/front')

/** Whether the module of an app checks what is no handler, too. */
export function coversEverything(modules: ModulesContainer): boolean {
  return [...modules.values()].some(
    ({ providers }) => member(providers.get(FRONT_OPTIONS)?.instance, 'everything') === true,
  )
}

/** Those that the module gives: with it, gateways are checked at start. */
const ofModules = new WeakSet<CognitoAuth>()

export function rememberModule(auth: CognitoAuth): void {
  ofModules.add(auth)
}

/** Whether a `CognitoAuth` is that of a {@link CognitoAuthModule}. */
export function isOfModule(auth: CognitoAuth | undefined): boolean {
  return auth !== undefined && ofModules.has(auth)
}

/** Whom requests were found to come from when they arrived, until a guard asks. */
const arrivals = new WeakMap<object, Promise<User>>()
/** Whose headers they are. */
const carriers = new WeakMap<HeadersInput, Carrier>()

/** Headers as they were sent: Node drops the second of two `Authorization` lines. */
function headersOf(carrier: Carrier): HeadersInput {
  const headers = 'rawHeaders' in carrier ? nodeHeaders(carrier as Carrier & IncomingMessage) : carrier.headers
  carriers.set(headers, carrier)
  return headers
}

/**
 * Verifies a request when it arrives; a guard that asks later gets that answer. The load balancer's token lasts two
 * minutes, and a body may take longer.
 *
 * @throws {CognitoAuthError} as `CognitoAuth.requireUser` does.
 */
export async function verifyOnArrival(auth: CognitoAuth, request: Carrier): Promise<User> {
  const verified = auth.requireUser(headersOf(request))
  arrivals.set(request, verified)
  return await verified
}

/** The answer of arrival, once: after an outage it is asked anew. */
async function requireUser(auth: CognitoAuth, headers: HeadersInput): Promise<User> {
  const carrier = carriers.get(headers) ?? headers
  const verified = arrivals.get(carrier)
  arrivals.delete(carrier)
  return await (verified ?? auth.requireUser(headers))
}

/** The one memory that all guards of a `CognitoAuth` share. */
export function requestsOf(auth: CognitoAuth): RequestUsers<Carrier> {
  const known = requests.get(auth)
  if (known !== undefined) return known
  const made = new RequestUsers<Carrier>(
    { requireUser: async (headers) => await requireUser(auth, headers), groupsClaim: auth.groupsClaim },
    headersOf,
  )
  requests.set(auth, made)
  return made
}

/**
 * The user of a request, whom the rules allow and who is what the route asks for; `null` for an anonymous request, where
 * the route is optional.
 *
 * @throws {CognitoAuthError} for all others.
 */
export async function admit(auth: RequestUsers<Carrier>, carrier: Carrier, access: Access): Promise<User | null> {
  if (access.mode === 'optional') return await auth.optionalUser(carrier)
  const user = await auth.requireUser(carrier)
  for (const demand of access.demands) {
    if (demand.kind === 'groups') await auth.requireGroups(carrier, demand.groups)
    else if (demand.kind === 'scopes') await auth.requireScopes(carrier, demand.scopes)
    else await auth.requireAdmin(carrier)
  }
  return user
}

/**
 * Refuses a user whose access token has expired since the handshake of a connection. The load balancer's own token
 * lasts two minutes and is of no interest then.
 *
 * @throws {ExpiredTokenError} also where the connection is being closed for it: a client may go on sending.
 */
export function refuseExpired(user: User | null): void {
  const expiresAt = user?.expiresAt?.getTime() ?? Infinity
  if (expiresAt <= Date.now()) throw new ExpiredTokenError('The access token has expired since the handshake')
}
