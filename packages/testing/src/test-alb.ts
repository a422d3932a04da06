/**
 * A load balancer with a user pool, in memory: real keys, real signatures, no network.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import process from 'node:process'
import {
  BEARER_FAULTS,
  type BearerFault,
  bearerTokenClaims,
  type BearerTokenFacts,
  type BearerTokenOptions,
  idTokenClaims,
  type TestClient,
} from './bearer.js'
import { type Fault, FAULTS } from './faults.js'
import { answerKeyRequest, issuersOf } from './key-server.js'
import { type AlbKey, type CognitoKey, createAlbKey, createCognitoKey } from './keys.js'
import { type JsonObject, signAccessToken, signAlbToken } from './sign.js'
import { accessTokenClaims, type TestUser, userInfoClaims } from './user.js'

/** What the load balancer is like. */
export interface TestAlbOptions {
  /** @default that of `albArn`, else 'eu-west-2' */
  readonly region?: string
  /** @default a made-up ARN in `region` */
  readonly albArn?: string
  /** @default a made-up client */
  readonly clientId?: string
  /** @default a made-up pool in `region` */
  readonly userPoolId?: string
  /** "iss" of both tokens. @default the user pool's `https://cognito-idp.REGION.amazonaws.com/POOL` */
  readonly issuer?: string
  /** How long a load balancer's token is good for, in seconds. @default 120, as on AWS */
  readonly tokenLifetimeSeconds?: number
  /** How long an access token is good for, in seconds. @default 3600 */
  readonly accessTokenLifetimeSeconds?: number
}

const OPTIONS: readonly string[] = [
  'region',
  'albArn',
  'clientId',
  'userPoolId',
  'issuer',
  'tokenLifetimeSeconds',
  'accessTokenLifetimeSeconds',
] satisfies (keyof TestAlbOptions)[]

/** Options for `new CognitoAuth()` that make it trust this load balancer, and fetch keys from it. */
export interface TestAlbAuthOptions {
  readonly albArn: string
  readonly clientId: string
  readonly userPoolId: string
  readonly fetch: typeof globalThis.fetch
}

/** Changes to one token, to spoil one thing. A member that is `undefined` is left out of the token. */
export interface TokenChanges {
  readonly header?: JsonObject
  readonly claims?: JsonObject
}

/** Seconds before or after now that are surely too many. */
const HOUR = 3600

const seconds = (): number => Math.floor(Date.now() / 1000)

/** Members that are `undefined` go; the others keep their order. */
function changed(object: JsonObject, changes: JsonObject = {}): JsonObject {
  return Object.fromEntries(Object.entries({ ...object, ...changes }).filter(([, value]) => value !== undefined))
}

/**
 * A load balancer with a user pool, in memory. Made by {@link createTestAlb}.
 */
export class TestAlb {
  readonly options: TestAlbAuthOptions
  /** "iss" of both tokens. */
  readonly issuer: string
  /** Key fetches made, by URL, in order. */
  readonly requests: string[] = []
  readonly #region: string
  readonly #lifetimes: { readonly alb: number; readonly access: number }
  #albKeys: AlbKey[] = [createAlbKey()]
  // Made when first needed: an RSA key takes a tenth of a second.
  #cognitoKeys: CognitoKey[] = []
  #isOffline = false

  constructor(options: TestAlbOptions = {}) {
    const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
    if (unknown !== undefined) throw new TypeError(`A test ALB has no ${unknown}; it has ${OPTIONS.join(', ')}`)
    const {
      region = options.albArn?.split(':')[3] ?? 'eu-west-2',
      clientId = '1example23456789',
      userPoolId = `${region}_TestPool1`,
    } = options
    const partition = region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
    const albArn =
      options.albArn ??
      `arn:${partition}:elasticloadbalancing:${region}:000000000000:loadbalancer/app/test-alb/0123456789abcdef`
    this.#region = region
    this.#lifetimes = {
      alb: options.tokenLifetimeSeconds ?? 120,
      access: options.accessTokenLifetimeSeconds ?? HOUR,
    }
    this.issuer = options.issuer ?? issuersOf(userPoolId)[0]
    this.options = Object.freeze({
      albArn,
      clientId,
      userPoolId,
      fetch: async (input) => await this.#answer(input instanceof Request ? input.url : String(input)),
    } satisfies TestAlbAuthOptions)
  }

  /** The key that signs the load balancer's tokens now. */
  get albKey(): AlbKey {
    return newest(this.#albKeys)
  }

  /** The key that signs access tokens now. */
  get cognitoKey(): CognitoKey {
    return newest(this.#signingKeys())
  }

  /**
   * The headers that the load balancer adds for a user who is signed in.
   *
   * @param options `fault`: what is wrong with them.
   * @throws {TypeError} for an unknown fault or option, or a property that users do not have.
   */
  async headersFor(user: TestUser = {}, options: { readonly fault?: Fault } = {}): Promise<Record<string, string>> {
    const unknown = Object.keys(options).find((name) => name !== 'fault')
    if (unknown !== undefined) throw new TypeError(`headersFor() has no ${unknown}; it has fault`)
    const { fault } = options
    if (fault !== undefined && !FAULTS.includes(fault)) {
      throw new TypeError(`There is no such fault; there are ${FAULTS.join(', ')}`)
    }
    const albChanges = this.#spoiltAlbToken(fault)
    const data = await this.signAlbToken({ ...albChanges, user })
    const headers: Record<string, string> = {
      'x-amzn-oidc-accesstoken': await this.signAccessToken({ ...this.#spoiltAccessToken(fault), user }),
      'x-amzn-oidc-identity': userInfoClaims(user).sub,
      'x-amzn-oidc-data': fault === 'bad_signature' ? withBadSignature(data) : data,
    }
    if (fault === 'missing_access_token') delete headers['x-amzn-oidc-accesstoken']
    if (fault === 'missing_data') delete headers['x-amzn-oidc-data']
    return headers
  }

  /**
   * The headers of a request with a bearer token: `{ authorization }`.
   *
   * @param client A user, or `{ clientId }` of a program with its client credentials.
   * @param options `scopes`, `audience`; `fault`: what is wrong with the token.
   * @throws {TypeError} for an unknown fault, or a property that users do not have.
   */
  async bearerFor(client: TestClient = {}, options: BearerTokenOptions = {}): Promise<{ authorization: string }> {
    const unknown = Object.keys(options).find((name) => !['scopes', 'audience', 'fault'].includes(name))
    if (unknown !== undefined) throw new TypeError(`A bearer token has no ${unknown}; it has scopes, audience, fault`)
    const { fault } = options
    if (fault !== undefined && !BEARER_FAULTS.includes(fault)) {
      throw new TypeError(`There is no such fault; there are ${BEARER_FAULTS.join(', ')}`)
    }
    const facts = {
      issuer: this.issuer,
      clientId: this.options.clientId,
      now: seconds(),
      lifetimeSeconds: this.#lifetimes.access,
    }
    const token =
      fault === 'id_token'
        ? signAccessToken(idTokenKey(), idTokenClaims(client, facts))
        : signAccessToken(this.cognitoKey, ...this.#bearerToken(client, options, facts))
    return { authorization: `Bearer ${fault === 'bad_signature' ? withBadSignature(token) : token}` }
  }

  /** Signs a user claims token (`x-amzn-oidc-data`) for a user, with changes; the header in the load balancer's order. */
  async signAlbToken(
    changes: TokenChanges & { readonly user?: TestUser; readonly padding?: 'alb' | 'none'; readonly key?: AlbKey } = {},
  ): Promise<string> {
    const { user = {}, padding = 'alb', key = this.albKey } = changes
    const exp = seconds() + this.#lifetimes.alb
    const header = {
      typ: 'JWT',
      kid: key.kid,
      alg: 'ES256',
      iss: this.issuer,
      client: this.options.clientId,
      signer: this.options.albArn,
      exp,
    }
    const claims = { ...userInfoClaims(user), exp, iss: this.issuer }
    return signAlbToken(key, changed(header, changes.header), changed(claims, changes.claims), { padding })
  }

  /** Signs an access token (`x-amzn-oidc-accesstoken`) for a user, with changes. */
  async signAccessToken(
    changes: TokenChanges & { readonly user?: TestUser; readonly key?: CognitoKey } = {},
  ): Promise<string> {
    const { user = {}, key = this.cognitoKey } = changes
    const { sub, username } = userInfoClaims(user)
    const claims = accessTokenClaims({
      sub,
      username,
      groups: user.groups ?? [],
      ...(user.scopes === undefined ? {} : { scopes: user.scopes }),
      issuer: this.issuer,
      clientId: this.options.clientId,
      now: seconds(),
      lifetimeSeconds: this.#lifetimes.access,
    })
    return signAccessToken(key, changed(claims, changes.claims), changes.header)
  }

  /** Signs with new keys from now on; the old ones stay published. */
  rotateKeys(): void {
    this.#albKeys = [...this.#albKeys, createAlbKey()]
    this.#cognitoKeys = [...this.#signingKeys(), createCognitoKey()]
  }

  /** Withdraws every key but those that sign now. */
  retireKeys(): void {
    this.#albKeys = [this.albKey]
    this.#cognitoKeys = [this.cognitoKey]
  }

  /** From now on, keys cannot be fetched: the network is gone. */
  goOffline(): void {
    this.#isOffline = true
  }

  /** The network is back. */
  goOnline(): void {
    this.#isOffline = false
  }

  async #answer(url: string): Promise<Response> {
    this.requests.push(url)
    if (this.#isOffline) throw new TypeError('fetch failed')
    const { userPoolId } = this.options
    const issuers = [this.issuer.replace(/\/$/, ''), ...issuersOf(userPoolId)]
    return answerKeyRequest(
      url,
      { region: this.#region, issuers },
      { albKeys: this.#albKeys, cognitoKeys: [idTokenKey(), ...this.#signingKeys()] },
    )
  }

  #signingKeys(): readonly CognitoKey[] {
    if (this.#cognitoKeys.length === 0) this.#cognitoKeys = [createCognitoKey()]
    return this.#cognitoKeys
  }

  /** Claims and header of a bearer token. */
  #bearerToken(client: TestClient, options: BearerTokenOptions, facts: BearerTokenFacts): [JsonObject, JsonObject] {
    const claims = bearerTokenClaims(client, options, facts)
    const spoilt = this.#spoiltBearerToken(options.fault)
    return [changed(claims, spoilt.claims), spoilt.header ?? {}]
  }

  #spoiltBearerToken(fault: BearerFault | undefined): TokenChanges {
    const [past, future] = [seconds() - HOUR, seconds() + HOUR]
    switch (fault) {
      case 'expired':
        return { claims: { exp: past } }
      case 'not_yet_valid':
        return { claims: { nbf: future, iat: future, exp: future + HOUR } }
      case 'wrong_client':
        return { claims: { client_id: 'anotherclient' } }
      case 'wrong_issuer':
        return { claims: { iss: this.#otherIssuer() } }
      case 'unknown_key':
        return { header: { kid: randomUUID() } }
      case 'missing_subject':
        return { claims: { sub: undefined } }
      default:
        return {}
    }
  }

  #otherIssuer(): string {
    return issuersOf(`${this.#region}_OtherPool`)[0]
  }

  #spoiltAlbToken(fault: Fault | undefined): TokenChanges {
    const past = seconds() - HOUR
    switch (fault) {
      case 'expired':
        return { header: { exp: past }, claims: { exp: past } }
      case 'wrong_signer':
        return { header: { signer: this.options.albArn.replace(/[^/]+\/[^/]+$/, 'somebody-elses/fedcba9876543210') } }
      case 'wrong_client':
        return { header: { client: 'anotherclient' } }
      case 'wrong_issuer':
        return { header: { iss: this.#otherIssuer() }, claims: { iss: this.#otherIssuer() } }
      case 'unknown_key':
        return { header: { kid: randomUUID() } }
      default:
        return {}
    }
  }

  #spoiltAccessToken(fault: Fault | undefined): TokenChanges {
    const future = seconds() + HOUR
    switch (fault) {
      case 'not_yet_valid':
        return { claims: { nbf: future, iat: future, exp: future + HOUR } }
      case 'wrong_client':
        return { claims: { client_id: 'anotherclient' } }
      case 'wrong_issuer':
        return { claims: { iss: this.#otherIssuer() } }
      case 'wrong_subject':
        return { claims: { sub: randomUUID() } }
      default:
        return {}
    }
  }
}

let sharedIdTokenKey: CognitoKey | undefined

/** Cognito publishes two keys: the other one signs id tokens, which no load balancer forwards. Nothing is signed with it here. */
function idTokenKey(): CognitoKey {
  sharedIdTokenKey ??= createCognitoKey()
  return sharedIdTokenKey
}

function newest<Key>(keys: readonly Key[]): Key {
  const key = keys.at(-1)
  if (key === undefined) throw new Error('There is always a key')
  return key
}

/** Changes one byte in the middle of the signature, so that it stays 64 bytes long. */
function withBadSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const at = 40
  const other = signature[at] === 'A' ? 'B' : 'A'
  return [header, payload, signature.slice(0, at) + other + signature.slice(at + 1)].join('.')
}

/**
 * Whoever gets `headersFor()` of a running app is anyone they like. Core's own list, which this package does not depend on;
 * `process` is imported, so that no bundler writes the mode of the machine that builds into the code.
 */
function refuseInProduction(): void {
  const mode = process.env['NODE_ENV'] ?? ''
  if (['', 'development', 'dev', 'local', 'test'].includes(mode.trim().toLowerCase())) return
  const message =
    'createTestAlb() is for tests: whoever can ask it for headers can sign in as anyone. It is refused in production: NODE_ENV must be development, dev, local, test or unset'
  throw Object.assign(new Error(message), { name: 'ConfigurationError', code: 'configuration', status: 500 })
}

/**
 * Makes a load balancer with a user pool, in memory.
 *
 * @throws {TypeError} for an option that there is not.
 * @throws {Error} with the code `configuration` in production: where `NODE_ENV` is anything but unset, `development`, `dev`,
 *   `local` or `test`.
 * @example
 * ```ts
 * const alb = await createTestAlb()
 * const auth = new CognitoAuth({ ...alb.options, authoriser: null })
 * const user = await auth.requireUser(await alb.headersFor({ email: 'a@example.com', groups: ['developers'] }))
 * ```
 */
export async function createTestAlb(options: TestAlbOptions = {}): Promise<TestAlb> {
  refuseInProduction()
  return new TestAlb(options)
}
