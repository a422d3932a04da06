/**
 * Headers in, authorised user out: what an app and every adapter uses.
 *
 * @module
 */

import type { AuthoriseOptions, Authoriser } from './authoriser.js'
import {
  authoriserOf,
  type CognitoAuthOptions,
  parseCognitoAuthOptions,
  warnOfGroupsClaim,
} from './cognito-auth-options.js'
import { cognitoBase } from './options/cognito-base.js'
import { optionName } from './options/names.js'
import { type Decision, denialCode } from './decision.js'
import { loadDevUser, mayBeMocked } from './dev/dev-mode.js'
import type { ErrorPage } from './error-page.js'
import {
  AccessDeniedError,
  AuthenticationError,
  CognitoAuthError,
  ConfigurationError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from './errors.js'
import { publish } from './events.js'
import {
  ACCESS_TOKEN_HEADER,
  AUTHORIZATION_HEADER,
  hasHeader,
  hasOidcHeaders,
  hasTokens,
  type HeadersInput,
  OIDC_DATA_HEADER,
  readBearerToken,
  readHeaders,
  requireTokens,
} from './headers.js'
import { checkLogout, type LogoutAnswer, logoutAnswer, type LogoutOptions, unverifiedClientOf } from './logout.js'
import { statedPlatformAdmin } from './dev/mock-user.js'
import { countInstance } from './lib/process/instance-count.js'
import { goOn, isPromise } from './lib/at-once.js'
import { brand } from './lib/process/brand.js'
import {
  DEFAULT_PLATFORM_ADMIN_GROUPS,
  isMember,
  type User,
  userFromBearerToken,
  type UserOptions,
  userFromTokens,
  withPlatformAdmin,
  withSilenceAsNo,
} from './user.js'
import { originOf } from './user-type.js'
import { VerifierSetup } from './verifier/policy/options.js'
import type { Identity } from './verifier/memory/remembered.js'
import { RequestVerifier } from './verifier/request-verifier.js'

/** Whether this is a `CognitoAuth`, of whichever copy of this package. */
export function isCognitoAuth(given: unknown): given is CognitoAuth {
  return given instanceof CognitoAuth
}

/** The decision of `authoriser: null`. */
function everybody(user: User): Decision {
  return Object.freeze({ allowed: true, user, reason: 'authorisation_disabled', rules: Object.freeze([]) })
}

/**
 * Protects an app behind an Application Load Balancer with Cognito sign-in.
 *
 * @example
 * ```ts
 * const auth = new CognitoAuth()                        // everything from the environment
 * const user = await auth.requireUser(request.headers)  // User, or throws
 * ```
 */
export class CognitoAuth {
  /** Where a browser is sent on 401 and 403, if anywhere. */
  readonly redirectUrl: string | undefined
  /** Path at which adapters sign people out themselves, if any. */
  readonly signOutPath: string | undefined
  /** The page of a refused navigation: `false` for none, `undefined` for ours. */
  readonly errorPage: false | ((page: ErrorPage) => string) | undefined
  /** Base URL of the local load balancer, if there is one: adapters then say why a request was refused. */
  readonly localAlb: string | undefined
  /** The claim that groups come from, instead of the access token, which is then not read. */
  readonly groupsClaim: string | undefined
  /** Whether bearer tokens are accepted: the option `bearer`. */
  readonly acceptsBearer: boolean
  /** Scopes that every bearer token must have: `bearer.scopes`. */
  readonly bearerScopes: readonly string[]
  /** Base URL of the user pool's sign-in pages and OAuth endpoints, without a slash at its end. */
  readonly cognitoDomain: string | undefined
  readonly #verifier: RequestVerifier
  readonly #authoriser: Authoriser | null
  readonly #userOptions: UserOptions
  readonly #authoriseOptions: AuthoriseOptions
  readonly #devUser: User | undefined
  readonly #logout: LogoutOptions
  readonly #firstClientId: string | undefined

  static {
    brand(this, 'CognitoAuth')
  }

  /**
   * @throws {ConfigurationError} when an option is missing, unknown or wrong: it names the option and its variable.
   */
  constructor(options: CognitoAuthOptions = {}) {
    const parsed = parseCognitoAuthOptions(options)
    // Before the load balancer is looked at: a missing ARN must not hide that dev mode is on in production.
    const { platformAdminGroups = DEFAULT_PLATFORM_ADMIN_GROUPS, groupsClaim } = parsed
    this.#devUser = parsed.devMode ? loadDevUser(platformAdminGroups) : undefined
    this.#userOptions = { platformAdminGroups, groupsClaim }
    // In dev mode no load balancer is required: without `albArn` every token is then rejected.
    this.#verifier = new RequestVerifier(new VerifierSetup(parsed, { albRequired: !parsed.devMode }))
    this.#authoriser = authoriserOf(parsed.authoriser, parsed.configTtlSeconds)
    this.#authoriseOptions = {
      admitPlatformAdmins: parsed.platformAdminGroups !== undefined,
      configMaxAgeSeconds: parsed.configMaxAgeSeconds,
    }
    this.groupsClaim = groupsClaim
    this.acceptsBearer = this.#verifier.acceptsBearer
    this.bearerScopes = this.#verifier.bearerScopes
    this.redirectUrl = parsed.redirectUrl
    this.errorPage = parsed.errorPage
    this.localAlb = parsed.localAlb
    const { cognitoDomain, signOutUrl, logoutUrls, sessionCookieName } = parsed
    if (cognitoDomain !== undefined && signOutUrl !== undefined) {
      throw new ConfigurationError(
        `${optionName('cognitoDomain')} and ${optionName('signOutUrl')} cannot be used together`,
      )
    }
    this.cognitoDomain = cognitoDomain === undefined ? undefined : cognitoBase(cognitoDomain)
    this.#logout = {
      cognitoDomain: this.cognitoDomain,
      signOutUrl,
      logoutUrls,
      sessionCookieName,
    }
    this.signOutPath = parsed.signOutPath
    if (this.signOutPath !== undefined) this.checkLogout()
    this.#firstClientId = parsed.clientId?.[0]
    if (groupsClaim !== undefined) warnOfGroupsClaim(groupsClaim, parsed.issuer ?? parsed.userPoolId)
    countInstance()
  }

  /** Where the public keys of the pinned user pools are; empty where none is pinned, or no access token is read. */
  get jwksUrls(): readonly string[] {
    return this.#verifier.jwksUrls
  }

  /**
   * Verifies the tokens of a request.
   *
   * @throws {MissingTokenError} when a token header is not there.
   * @throws {InvalidTokenError} when a check fails; `reason` says which.
   * @throws {ExpiredTokenError} when a token has expired.
   * @throws {InsufficientScopeError} when a bearer token lacks one of `bearer.scopes`.
   * @throws {KeysUnavailableError} when a public key cannot be fetched.
   */
  async authenticate(headers: HeadersInput): Promise<User> {
    try {
      // No `await` on the cached path: the extra microtasks are a measurable share of a remembered user.
      const found = this.#authenticate(headers)
      const user = isPromise(found) ? await found : found
      publish('cognito-auth:authenticated', { sub: user.sub, mock: user === this.#devUser })
      return user
    } catch (error) {
      const known = error instanceof CognitoAuthError ? error : undefined
      publish('cognito-auth:rejected', {
        code: known?.code ?? 'internal_error',
        reason: known?.reason,
        status: known?.status ?? 500,
      })
      // Else it is rejected before anybody can await it, and Node notes it as unhandled, and then as handled: a twelfth of a refusal.
      await undefined
      throw error
    }
  }

  /**
   * Asks the authoriser; never throws for a denial.
   *
   * @throws {ConfigurationError} when the config was never read, and a person must change something.
   * @throws {ConfigUnavailableError} when the config was never read, for a reason that may pass.
   */
  async authorise(user: User): Promise<Decision> {
    const own = this.#asOwn(user)
    const decision =
      this.#authoriser === null ? everybody(own) : await this.#authoriser.authorise(own, this.#authoriseOptions)
    const { sub } = user
    const { reason } = decision
    if (decision.allowed === true) publish('cognito-auth:authorised', { sub, reason })
    else publish('cognito-auth:denied', { sub, reason, detail: denialCode(decision) })
    return decision
  }

  /**
   * Whether a user is allowed; asks as {@link authorise} does, whose `Decision` is always true in a condition.
   *
   * @throws {ConfigurationError} {@link ConfigUnavailableError} as {@link authorise} does.
   */
  async isAllowed(user: User): Promise<boolean> {
    return (await this.authorise(user)).allowed === true
  }

  /**
   * Decides as {@link authorise} does, with every rule asked, for people to read; publishes no event.
   *
   * @throws {ConfigurationError} {@link ConfigUnavailableError} as {@link authorise} does.
   */
  async explain(user: User): Promise<Decision> {
    const own = this.#asOwn(user)
    if (this.#authoriser === null) return everybody(own)
    return await this.#authoriser.explain(own, this.#authoriseOptions)
  }

  /**
   * Verifies the tokens of a request and asks the authoriser.
   *
   * @returns The user, with `isAppAdmin` as the authoriser grants it.
   * @throws {AuthenticationError} as {@link authenticate} does.
   * @throws {AccessDeniedError} when the authoriser says no; it carries the decision.
   * @throws {KeysUnavailableError} {@link ConfigUnavailableError} {@link ConfigurationError} as the two parts do.
   */
  async requireUser(headers: HeadersInput): Promise<User> {
    const decision = await this.authorise(await this.authenticate(headers))
    // Only `true` allows, whatever a subclass of Authoriser answers.
    if (decision.allowed !== true) throw new AccessDeniedError(decision)
    return decision.user
  }

  /**
   * Loads the config, and the keys that are known in advance: those of a pinned user pool. Keys that are out of reach
   * now do not fail it (the `cognito-auth:keys` event tells): the first request asks for them again.
   *
   * @throws {ConfigurationError} {@link ConfigUnavailableError} when the config cannot be loaded, or is older than
   * `configMaxAgeSeconds`: requests get the same then.
   * @throws {ConfigurationError} when a pinned user pool publishes no keys: there is no such pool.
   */
  async warmUp(): Promise<void> {
    const keys = this.#devUser === undefined ? this.#verifier.warmUp() : undefined
    // Settled, so that a config that fails at once does not leave the other promise without anybody to catch it.
    const [config, warmKeys] = await Promise.allSettled([this.#authoriser?.warmUp(this.#authoriseOptions), keys])
    if (config.status === 'rejected') throw config.reason
    // An outage must not keep an app from starting: without keys it answers 503, and recovers by itself.
    if (warmKeys.status === 'fulfilled' || warmKeys.reason instanceof KeysUnavailableError) return
    if (!(warmKeys.reason instanceof InvalidTokenError)) throw warmKeys.reason
    throw new ConfigurationError(
      `${optionName('userPoolId')} or ${optionName('issuer')} names a user pool that publishes no keys. Check its id and region`,
      { cause: warmKeys.reason },
    )
  }

  /** Forgets keys, verified tokens and the loaded config. */
  clearCaches(): void {
    this.#verifier.clearCache()
    this.#authoriser?.clearCache()
  }

  /**
   * Builds the answer to a sign-out: where to send the browser, and the cookies to expire. The client is the signed-in
   * user's, else the first configured.
   *
   * @param returnTo One of `logoutUrls`. @default the first of them
   * @throws {ConfigurationError} when `cognitoDomain`, `logoutUrls` or the client is not known, or `returnTo` is not on the list.
   */
  async logout(headers: HeadersInput, returnTo?: string): Promise<LogoutAnswer> {
    const isCognito = this.#logout.signOutUrl === undefined
    const clientId = isCognito ? await this.#clientOf(headers) : undefined
    return logoutAnswer(this.#logout, clientId, returnTo)
  }

  /**
   * Whether {@link logout} can be answered: for adapters, which tell when the app starts.
   *
   * @param returnTo One of `logoutUrls`. @default the first of them
   * @throws {ConfigurationError} when `cognitoDomain` or `logoutUrls` is missing, or `returnTo` is not on the list.
   */
  checkLogout(returnTo?: string): void {
    checkLogout(this.#logout, returnTo)
  }

  /**
   * A user of another `CognitoAuth`, or of a test, was labelled by a list of platform admins that is not ours. A copy
   * (`{ ...user }`, JSON) has lost what its tokens were: what `groupsClaim` says of e-mails holds for it, too.
   */
  #asOwn(user: User): User {
    const { groupsClaim, platformAdminGroups } = this.#userOptions
    const { labelledBy, silenceIsNo } = originOf(user)
    if (labelledBy === platformAdminGroups) return user
    const own = groupsClaim !== undefined && silenceIsNo === undefined ? withSilenceAsNo(user) : user
    return withPlatformAdmin(own, statedPlatformAdmin(user) ?? isMember(user.groups, platformAdminGroups))
  }

  /** Of the session that ends, never of a bearer token. A person whose tokens are rejected may sign out all the same. */
  async #clientOf(headers: HeadersInput): Promise<string | undefined> {
    const otherwise = (): string | undefined => this.#firstClientId ?? unverifiedClientOf(headers)
    try {
      return (await this.#authenticateAlb(headers)).clientId || otherwise()
    } catch (error) {
      const clientId = otherwise()
      if (error instanceof AuthenticationError || clientId !== undefined) return clientId
      throw error
    }
  }

  #authenticate(headers: HeadersInput): User | Promise<User> {
    const isBearer = this.#verifier.acceptsBearer && !hasOidcHeaders(headers)
    return isBearer ? this.#authenticateBearer(headers) : this.#authenticateAlb(headers)
  }

  /**
   * The user of verified tokens. A user is made of nothing else than these and of options, which do not change; so who was
   * made of the very same claims is the same. Whether the tokens still hold is the verifier's to ask, before this, of each
   * request.
   */
  #userOf<Said, Facts>(
    verified: Identity<Said, Facts> | Promise<Identity<Said, Facts>>,
    make: (said: Said, facts: Facts, options: UserOptions) => User,
  ): User | Promise<User> {
    return goOn(verified, (identity) => (identity.user ??= make(identity.said, identity.facts, this.#userOptions)))
  }

  /** Credentials of a program: only where there is none of the load balancer's headers, which would be judged alone. */
  #authenticateBearer(headers: HeadersInput): User | Promise<User> {
    const token = readBearerToken(headers)
    if (token === undefined) {
      const mayMock = this.#devUser !== undefined && !hasHeader(headers, AUTHORIZATION_HEADER)
      if (mayMock && mayBeMocked(headers)) return this.#devUser
      const albHeaders = this.#verifier.acceptsAlb ? [OIDC_DATA_HEADER, ACCESS_TOKEN_HEADER] : []
      throw new MissingTokenError([...albHeaders, AUTHORIZATION_HEADER])
    }
    return this.#userOf(this.#verifier.verifyBearerToken(token), userFromBearerToken)
  }

  #authenticateAlb(headers: HeadersInput): User | Promise<User> {
    const needsAccessToken = this.groupsClaim === undefined
    const found = readHeaders(headers, needsAccessToken)
    // With bearer, any of the load balancer's headers is credentials: none of such requests is of development.
    const mayMock = this.#devUser !== undefined && !this.#verifier.acceptsBearer && !hasTokens(headers)
    if (mayMock && mayBeMocked(headers)) return this.#devUser
    return this.#userOf(this.#verifier.verify(requireTokens(found, needsAccessToken)), userFromTokens)
  }
}
