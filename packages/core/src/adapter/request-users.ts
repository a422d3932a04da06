/**
 * Who a request was found to come from, remembered privately: the same for every adapter.
 *
 * @module
 */

import { CognitoAuth, isCognitoAuth } from '../cognito-auth.js'
import { COGNITO_AUTH_OPTIONS, type CognitoAuthOptions } from '../cognito-auth-options.js'
import { AccessDeniedError, ConfigurationError, InsufficientScopeError, isCognitoAuthError } from '../errors.js'
import { publish } from '../events.js'
import { hasTokens, type HeadersInput } from '../headers.js'
import { shared } from '../lib/process/shared.js'
import { checkScopes as checkScopeNames } from '../lib/text/scopes.js'
import { isPlainObject, ownOptions, refuseUnknown } from '../lib/schema.js'
import { checkList } from '../rules/rule.js'
import type { User } from '../user.js'
import { problemDetails } from './error-response.js'

/** Users by request, whichever `RequestUsers` verified them: for `getUser(request)`, and never to decide anything. */
const users = shared('users', () => new WeakMap<object, User | null>())

/**
 * The user of a request that was protected; what others wrote to `request.user` does not count.
 *
 * @returns `null` for an anonymous request that was allowed (`optional`); `undefined` where nothing protected it.
 */
export function userOf(request: object): User | null | undefined {
  return users.get(request)
}

/**
 * The user of a request that was protected.
 *
 * @throws {ConfigurationError} where nothing protected it, or the request is anonymous.
 */
export function requireUserOf(request: object): User {
  const user = users.get(request)
  if (user) return user
  throw new ConfigurationError(
    user === null
      ? 'This request is anonymous, which optional() allows: it has no user'
      : 'Nothing protected this request: put protect(), requireGroups() or optional() in front of its handler',
  )
}

/**
 * Separates an adapter's own options from those of `CognitoAuth`, or takes a `CognitoAuth` that exists.
 *
 * @throws {ConfigurationError} when it is neither: what is not understood must not mean "as the environment says".
 */
export function createAuth<Own extends object>(
  options: (CognitoAuthOptions & Own) | CognitoAuth,
  ownNames: readonly (keyof Own & string)[],
): { auth: CognitoAuth; own: Partial<Own> } {
  if (isCognitoAuth(options)) return { auth: options, own: ownOptions({}) }
  if (!isPlainObject(options)) throw new ConfigurationError('Options are a plain object, or a CognitoAuth')
  // Here, since core cannot suggest what only the adapter knows.
  refuseUnknown(options, [...COGNITO_AUTH_OPTIONS, ...ownNames], 'CognitoAuth')
  // Without a prototype: what an app's polluted `Object.prototype` has must open nothing (CWE-1321).
  const own: Record<string, unknown> = ownOptions({})
  const core: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    const isOwn = (ownNames as readonly string[]).includes(name) && !COGNITO_AUTH_OPTIONS.includes(name)
    ;(isOwn ? own : core)[name] = value
  }
  return { auth: new CognitoAuth(core), own: own as Partial<Own> }
}

/** What is asked of a `CognitoAuth`. */
type Asked = Pick<CognitoAuth, 'requireUser'> & Partial<Pick<CognitoAuth, 'groupsClaim'>>

/**
 * Authenticates and authorises requests, each at most once per request object, whoever asks and however many at once.
 * A 503 is told to all who asked at once, and not remembered.
 */
export class RequestUsers<Request extends object> {
  readonly #auth: Asked
  readonly #headersOf: (request: Request) => HeadersInput
  readonly #verified = new WeakMap<Request, Promise<User>>()

  constructor(auth: Asked, headersOf: (request: Request) => HeadersInput) {
    this.#auth = auth
    this.#headersOf = headersOf
  }

  /**
   * The user of a request, whom the rules allow.
   *
   * @throws {CognitoAuthError} as `CognitoAuth.requireUser` does.
   */
  async requireUser(request: Request): Promise<User> {
    let verified = this.#verified.get(request)
    if (verified === undefined) {
      verified = this.#verify(request)
      this.#verified.set(request, verified)
    }
    try {
      const user = await verified
      users.set(request, user)
      return user
    } catch (error) {
      // An outage is no answer about the request: the request object of a WebSocket outlives it, and may ask again.
      if (problemDetails(error).status === 503 && this.#verified.get(request) === verified)
        this.#verified.delete(request)
      throw error
    }
  }

  /**
   * The user of a request, or `null` where it has no tokens at all. Bad tokens, one of two, and a user
   * who is denied are refused as ever.
   *
   * @throws {CognitoAuthError} as {@link requireUser} does, but for missing tokens.
   */
  async optionalUser(request: Request): Promise<User | null> {
    try {
      return await this.requireUser(request)
    } catch (error) {
      if (!isCognitoAuthError(error) || error.code !== 'missing_token' || !this.#isAnonymous(request)) throw error
      users.set(request, null)
      return null
    }
  }

  /**
   * The user of a request, a member of at least one of the groups. Admins only if they are members.
   *
   * @throws {AccessDeniedError} for others, and as {@link requireUser} does.
   */
  async requireGroups(request: Request, groups: readonly string[]): Promise<User> {
    const user = await this.requireUser(request)
    if (groups.some((group) => user.isIn(group))) return user
    throw denied(user, `groups: ${groups.join(', ')}`)
  }

  /**
   * The user of a request, an app admin or platform admin.
   *
   * @throws {AccessDeniedError} for others, and as {@link requireUser} does.
   */
  async requireAdmin(request: Request): Promise<User> {
    const user = await this.requireUser(request)
    if (user.isAdmin) return user
    throw denied(user, 'admin')
  }

  /**
   * The user of a request, whose access token has every one of the scopes: that of an ALB session, or a bearer token.
   *
   * @throws {InsufficientScopeError} for others, and as {@link requireUser} does.
   * @throws {ConfigurationError} under `groupsClaim`: no access token is read.
   */
  async requireScopes(request: Request, scopes: readonly string[]): Promise<User> {
    checkScopes(scopes, this.#auth)
    const user = await this.requireUser(request)
    if (scopes.every((scope) => user.scopes.includes(scope))) return user
    publish('cognito-auth:denied', { sub: user.sub, reason: 'denied' })
    throw new InsufficientScopeError(scopes, { user })
  }

  async #verify(request: Request): Promise<User> {
    return await this.#auth.requireUser(this.#headersOf(request))
  }

  #isAnonymous(request: Request): boolean {
    return !hasTokens(this.#headersOf(request))
  }
}

/**
 * Refuses a middleware's maker that was given to a router where its middleware belongs: called with a request, it would
 * make a middleware that is never called, and the request would never be answered.
 *
 * @param name How it is written: `requireAdmin()`.
 * @throws {ConfigurationError} where anything was given.
 */
export function refuseArguments(name: string, given: readonly unknown[]): void {
  if (given.length > 0) throw new ConfigurationError(`${name} takes no arguments: write it with its parentheses`)
}

/**
 * Checks the scopes that a route asks for.
 *
 * @param auth Whose access tokens have them.
 * @param where Begins the message.
 * @throws {ConfigurationError} without a scope, for what cannot be one, and under `groupsClaim`: no user could reach the route.
 */
export function checkScopes(
  scopes: readonly string[],
  auth: Partial<Pick<CognitoAuth, 'groupsClaim'>> = {},
  where = 'requireScopes()',
): readonly string[] {
  const checked = checkScopeNames(scopes, where)
  if (auth.groupsClaim === undefined) return checked
  throw new ConfigurationError(
    `${where} and groupsClaim cannot be used together: no access token is read, so no user has a scope`,
  )
}

/**
 * Checks the groups that a route asks for.
 *
 * @throws {ConfigurationError} without a group: a route that no user can reach is a mistake.
 */
export function checkGroups(groups: readonly string[]): readonly string[] {
  return Object.freeze([...checkList(groups, 'requireGroups()')])
}

function denied(user: User, rule: string): AccessDeniedError {
  publish('cognito-auth:denied', { sub: user.sub, reason: 'denied' })
  return new AccessDeniedError(
    Object.freeze({ allowed: false, user, reason: 'denied', rules: Object.freeze([{ name: rule, allowed: false }]) }),
  )
}
