/**
 * The options that concern tokens and keys, and what a verifier needs made out of them.
 *
 * @module
 */

import type * as v from 'valibot'
import { ConfigurationError } from '../../errors.js'
import { albKeysBase } from '../../keys/alb-keys.js'
import { ownMembers } from '../../lib/schema.js'
import { isFirst } from '../../lib/process/shared.js'
import { isDevelopment, productionMode } from '../../lib/process/is-development.js'
import { isLoopback, parseUrl, plainBase } from '../../lib/text/urls.js'
import { optionError, optionName, parseOptions } from '../../options/names.js'
import { verifierEntries } from '../../options/table.js'
import type { AlbTokenPolicy } from '../checks/alb-token.js'
import { type BearerOptions, type BearerPolicy, parseBearer } from './bearer-options.js'
import { IssuerPolicy, isUserPoolId } from './issuer.js'
import { anySignerOf, exactSigners, parseAlbArn, partitionOfRegion, type SignerPolicy } from './signer.js'

/** Options of {@link TokenVerifier}; those of `CognitoAuth` that concern tokens and keys. */
export interface TokenVerifierOptions {
  /** ARN of the load balancer(s) whose signature is accepted; also gives region and partition. Required. */
  readonly albArn?: string | readonly string[] | undefined
  /** Accept any ALB of `region`, strangers' too (ALBeast): unsafe, warns once. Not together with `albArn`. */
  readonly allowAnyAlb?: true | undefined
  /** App client(s) accepted. @default any client of that load balancer */
  readonly clientId?: string | readonly string[] | undefined
  /** User pool(s) accepted, in both issuer forms. @default the issuer that the load balancer signed */
  readonly userPoolId?: string | readonly string[] | undefined
  /** Full issuer URL(s) accepted, exactly. Not together with `userPoolId`. @default from the user pool */
  readonly issuer?: string | readonly string[] | undefined
  /** AWS region. @default from `albArn` */
  readonly region?: string | undefined
  /** Clock difference allowed for "exp", "nbf" and "iat", in seconds. @default 5 */
  readonly clockToleranceSeconds?: number | undefined
  /** How long a public key serves before it is fetched again, in seconds. @default 3600 */
  readonly keyTtlSeconds?: number | undefined
  /** How many verified tokens of each kind are remembered; 0 for none. @default 10000 */
  readonly tokenCacheSize?: number | undefined
  /** How many bytes of memory verified tokens of all kinds and their users may take, about; 0 for none. @default 33554432 (32 MiB) */
  readonly tokenCacheBytes?: number | undefined
  /** How public keys are fetched. @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Base URL of the load balancer keys, for partitions whose endpoint AWS does not document. @default from the ARN */
  readonly albKeysUrl?: string | undefined
  /** Claim of the load balancer's token that holds the groups; the access token is then not read. @default none */
  readonly groupsClaim?: string | undefined
  /** Accept bearer tokens of these app clients too; needs `userPoolId` or `issuer`, and `albArn` may then be left out. Not together with `groupsClaim`. @default none */
  readonly bearer?: BearerOptions | undefined
  /** Base URL of a local ALB, on this machine; keys are fetched there and nowhere else. @default none */
  readonly localAlb?: string | undefined
}

/** The options of a verifier among those of a `CognitoAuth`. */
export function verifierOptionsOf(options: object): TokenVerifierOptions {
  return ownMembers(Object.entries(options).filter(([name]) => Object.hasOwn(verifierEntries, name)))
}

/** Options of a verifier that were checked. */
export type ParsedVerifierOptions = v.InferOutput<v.ObjectSchema<typeof verifierEntries, undefined>>

/** Checks that narrow who is accepted: `undefined` where a value was meant would silently open the app. */
const NARROWING = ['albArn', 'clientId', 'userPoolId', 'issuer', 'groupsClaim'] as const

const PINS: readonly string[] = ['userPoolId', 'issuer']

/** Refuses `clientId: process.env.MISSPELT`: what is not wanted is left out, not `undefined`. */
export function refuseUndefined(options: object): void {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) {
    throw new ConfigurationError(
      `TokenVerifier takes its options as a plain object; ${optionName('albArn')} is required`,
    )
  }
  const values = given as Record<string, unknown>
  for (const option of NARROWING) {
    // Where the other of the two is given, issuers are pinned all the same.
    if (PINS.includes(option) && PINS.some((pin) => values[pin] !== undefined)) continue
    if (option in options && values[option] === undefined) {
      throw optionError(option, 'is undefined. Give it a value, or leave it out')
    }
  }
}

/** The region of the local load balancer: AWS has none of that name. */
const LOCAL_REGION = 'xx-local-1'

/** Whether no load balancer of AWS is trusted: keys of this machine then vouch for nothing else. */
function isLocalOnly(albArn: readonly string[] | undefined): boolean {
  return albArn !== undefined && albArn.every((arn) => parseAlbArn(arn, { anyId: true })?.region === LOCAL_REGION)
}

function localBase({ localAlb, albArn }: ParsedVerifierOptions): string | undefined {
  if (localAlb === undefined) return undefined
  const url = parseUrl(localAlb)
  const base = url && plainBase(url)
  if (url === undefined || base === undefined || !/^https?:$/.test(url.protocol) || !isLoopback(url)) {
    throw optionError(
      'localAlb',
      'must be the URL of a load balancer on this machine, such as http://localhost:8080 (npx @cognito-auth/local-alb starts one)',
    )
  }
  if (!isDevelopment() && !isLocalOnly(albArn)) {
    throw optionError(
      'localAlb',
      `is for development: it is refused with ${productionMode()}, unless every ${optionName('albArn')} is of the region ${LOCAL_REGION}`,
    )
  }
  return base
}

function keysBaseOf(
  partition: string,
  region: string,
  options: ParsedVerifierOptions,
  localAlb: string | undefined,
): string {
  if (localAlb !== undefined) return `${localAlb}/_local-alb/keys`
  if (options.albKeysUrl !== undefined) {
    const url = parseUrl(options.albKeysUrl)
    const base = url && plainBase(url)
    if (base === undefined || url?.protocol !== 'https:') throw optionError('albKeysUrl', 'must be a plain https URL')
    return base
  }
  const base = albKeysBase(partition, region)
  if (base !== undefined) return base
  throw optionError(
    'albKeysUrl',
    `is required: AWS does not document where the public keys of partition ${partition} are`,
  )
}

function signersOf(options: ParsedVerifierOptions, localAlb: string | undefined, albRequired: boolean): SignerPolicy {
  const { albArn, allowAnyAlb, region } = options
  if (allowAnyAlb) {
    if (albArn !== undefined)
      throw new ConfigurationError(`allowAnyAlb and ${optionName('albArn')} cannot be used together`)
    if (region === undefined) throw optionError('region', 'is required with allowAnyAlb')
    return anySignerOf(region, keysBaseOf(partitionOfRegion(region), region, options, localAlb))
  }
  if (albArn === undefined && albRequired && options.bearer === undefined) {
    throw optionError(
      'albArn',
      'is required: the ARN of the load balancer in front of this app, arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID',
    )
  }
  const bases = new Map<string, string>()
  for (const arn of albArn ?? []) {
    const parts = parseAlbArn(arn, { anyId: true })
    if (parts === undefined) {
      throw optionError(
        'albArn',
        'must be the ARN of an Application Load Balancer, arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID (not of a listener, rule or target group); ID may be *, and nothing else',
      )
    }
    if (region !== undefined && region !== parts.region) {
      throw optionError('region', `is ${region}, but ${optionName('albArn')} is in ${parts.region}`)
    }
    bases.set(arn, keysBaseOf(parts.partition, parts.region, options, localAlb))
  }
  return exactSigners(bases)
}

/** What people who work with an emulator of AWS need to know. */
function localHint(value: string): string {
  const url = parseUrl(value)
  if (!value.startsWith('local') && (url === undefined || !isLoopback(url))) return ''
  return '. Emulators have no load balancer: for work on your own machine there is @cognito-auth/local-alb'
}

function issuersOf({ issuer, userPoolId }: ParsedVerifierOptions, localAlb: string | undefined): IssuerPolicy {
  if (issuer !== undefined && userPoolId !== undefined) {
    throw new ConfigurationError(`${optionName('issuer')} and ${optionName('userPoolId')} cannot be used together`)
  }
  for (const id of userPoolId ?? []) {
    if (!isUserPoolId(id)) {
      throw optionError('userPoolId', `must be the id of a user pool, such as eu-west-2_AbCdEfGhI${localHint(id)}`)
    }
  }
  for (const one of issuer ?? []) {
    const url = parseUrl(one)
    if (url?.protocol !== 'https:' || plainBase(url) === undefined) {
      throw optionError('issuer', `must be a plain https URL${localHint(one)}`)
    }
  }
  return new IssuerPolicy({
    issuers: issuer && new Set(issuer),
    userPoolIds: userPoolId && new Set(userPoolId),
    localAlb,
  })
}

/** @throws {ConfigurationError} where it is not known whose tokens could be accepted. */
function bearerOf(options: ParsedVerifierOptions): BearerPolicy | undefined {
  const bearer = parseBearer(options.bearer)
  if (bearer === undefined) return undefined
  if (options.groupsClaim !== undefined) {
    throw new ConfigurationError(
      `${optionName('bearer')} and ${optionName('groupsClaim')} cannot be used together: bearer tokens are Cognito's`,
    )
  }
  if (options.userPoolId === undefined && options.issuer === undefined) {
    throw new ConfigurationError(
      `${optionName('bearer')} needs ${optionName('userPoolId')} or ${optionName('issuer')}: no load balancer vouches for the issuer of a bearer token`,
    )
  }
  return bearer
}

function warnOfAnyAlb(): void {
  process.emitWarning(
    "allowAnyAlb: tokens of every load balancer in the region are accepted, other accounts' too (ALBeast)",
    {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_ALLOW_ANY_ALB',
    },
  )
}

/**
 * Checks the options, each by itself.
 *
 * @throws {ConfigurationError} naming the option and its variable.
 */
export function parseVerifierOptions(options: TokenVerifierOptions): ParsedVerifierOptions {
  return parseOptions(verifierEntries, options, 'TokenVerifier')
}

/** What a verifier works with, made of its options: checked against each other, too. */
export class VerifierSetup implements AlbTokenPolicy {
  readonly signers: SignerPolicy
  readonly clientIds: ReadonlySet<string> | undefined
  readonly issuers: IssuerPolicy
  readonly clockToleranceSeconds: number
  readonly groupsClaim: string | undefined
  /** `undefined`: no bearer token is accepted. */
  readonly bearer: BearerPolicy | undefined
  readonly keyTtlSeconds: number
  readonly tokenCacheSize: number
  readonly tokenCacheBytes: number
  readonly fetch: typeof globalThis.fetch

  /**
   * @param mode `albRequired: false` in dev mode only: no load balancer is then accepted, rather than any.
   * @throws {ConfigurationError} naming the option and its variable.
   */
  constructor(parsed: ParsedVerifierOptions, { albRequired }: { readonly albRequired: boolean }) {
    const localAlb = localBase(parsed)
    this.signers = signersOf(parsed, localAlb, albRequired)
    this.clientIds = parsed.clientId && new Set(parsed.clientId)
    this.issuers = issuersOf(parsed, localAlb)
    this.clockToleranceSeconds = parsed.clockToleranceSeconds
    this.groupsClaim = parsed.groupsClaim
    this.bearer = bearerOf(parsed)
    this.keyTtlSeconds = parsed.keyTtlSeconds
    this.tokenCacheSize = parsed.tokenCacheSize
    this.tokenCacheBytes = parsed.tokenCacheBytes
    // Looked up on each call, so that a test or an instrumentation may replace the global one later.
    this.fetch = parsed.fetch ?? ((input, init) => globalThis.fetch(input, init))
    if (parsed.allowAnyAlb && isFirst('allow-any-alb')) warnOfAnyAlb()
  }
}
