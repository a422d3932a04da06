/**
 * What a local load balancer can be told, checked in one place for flags, files and code alike.
 *
 * @module
 */

import * as v from 'valibot'
import { firstOf, objectMessage, placeOf } from './validation-message.js'
import { type FaultName, parseFault } from './faults.js'
import type { LambdaHandler } from './lambda-handler.js'
import { isTime, TIME_MESSAGE } from './time.js'
import { nearest } from './nearest.js'
import type { OidcOptions } from './oidc-options.js'
import { type ListenerRule, parseRules } from './rules.js'
import { LocalAlbError, type MockUser, parseUsers } from './users.js'

/** What the local load balancer is like. One of `target`, `command` and `lambda` is needed. */
export interface LocalAlbOptions {
  /** URL of a running app. */
  readonly target?: string | undefined
  /** The app's command, started with `PORT` and `COGNITO_AUTH_*` set, and stopped with the load balancer. */
  readonly command?: readonly string[] | undefined
  /** A Lambda function as target: called in this process, with the events of a load balancer. */
  readonly lambda?: LambdaHandler | undefined
  /** Whether the Lambda target group has `lambda.multi_value_headers.enabled`. @default false, as on AWS */
  readonly lambdaMultiValueHeaders?: boolean | undefined
  /** Port of the app that `command` starts. @default a free one */
  readonly appPort?: number | undefined
  /** Who can sign in. @default three made-up people */
  readonly users?: readonly MockUser[] | undefined
  /** Where to listen, on this machine only; 0 for a free port. @default 8080, 8443 with `https` */
  readonly port?: number | undefined
  /**
   * Where people reach it from elsewhere, such as `https://x-8080.app.github.dev` of a Codespace: that host is answered
   * too, and redirects go there. The sign-in pages are then at the same origin. @default only this machine
   */
  readonly publicUrl?: string | undefined
  /**
   * Speaks TLS and HTTP/2, with a certificate made at the start, which browsers warn of. Cookies are `Secure` then; plain
   * HTTP on the same port is redirected. @default false
   */
  readonly https?: boolean | undefined
  /** What happens to which requests. @default everything needs a sign-in */
  readonly rules?: readonly ListenerRule[] | undefined
  /** Another identity provider than Cognito, as in an `authenticate-oidc` rule; `{}` will do. @default Cognito */
  readonly oidc?: OidcOptions | undefined
  /** How long a session lasts, in seconds. @default 604800, as on AWS */
  readonly sessionSeconds?: number | undefined
  /** How long an access token lasts before the load balancer refreshes it, in seconds. @default 3600 */
  readonly accessTokenSeconds?: number | undefined
  /** How long a user claims token lasts, in seconds. @default 120, as seen on AWS */
  readonly tokenSeconds?: number | undefined
  /** How long the app may take to answer, in seconds. @default 60 */
  readonly timeoutSeconds?: number | undefined
  /** Where else people may be sent after signing out; URLs of this load balancer always are allowed. @default none */
  readonly logoutUrls?: readonly string[] | undefined
  /** Path of the app that is asked every 30 seconds whether it is well, as a target group does. @default none */
  readonly healthPath?: string | undefined
  /** Time of the load balancer at the start, such as `2026-12-24T08:00:00Z`, `+2h` or `-5m`. @default this machine's */
  readonly at?: string | undefined
  /** A fault to begin with. @default none */
  readonly fault?: FaultName | undefined
}

const portSchema = v.pipe(
  v.number('must be a port, 0 to 65535'),
  v.integer('must be a port, 0 to 65535'),
  v.minValue(0, 'must be a port, 0 to 65535'),
  v.maxValue(65_535, 'must be a port, 0 to 65535'),
)
const SECONDS = 'must be a whole number of seconds, 1 to 604800'
const secondsSchema = v.pipe(
  v.number(SECONDS),
  v.integer(SECONDS),
  v.minValue(1, SECONDS),
  // AWS's longest session timeout, and the longest of the others by far.
  v.maxValue(604_800, SECONDS),
)
const isHttpUrl = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === 'http:'
const TLS = 'must begin with http://: the local load balancer speaks no TLS to the app'
const isHttpsUrl = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === 'https:'
const text = v.string('must be a string')
const isOrigin = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, origin, href } = new URL(url)
  return /^https?:$/.test(protocol) && href === `${origin}/`
}

const entries = {
  target: v.pipe(
    text,
    v.check((url) => !isHttpsUrl(url), TLS),
    v.check(isHttpUrl, 'must be a URL such as http://localhost:3000'),
  ),
  command: v.pipe(
    v.array(text, 'must be a list: a program and its arguments'),
    v.nonEmpty('must be a list: a program and its arguments'),
  ),
  lambda: v.function('must be a function: the handler'),
  lambdaMultiValueHeaders: v.boolean('must be true or false'),
  appPort: portSchema,
  users: v.unknown(),
  port: portSchema,
  publicUrl: v.pipe(
    text,
    v.check(isOrigin, 'must be an http or https URL without path, such as https://x-8080.app.github.dev'),
  ),
  https: v.boolean('must be true or false'),
  rules: v.unknown(),
  oidc: v.strictObject(
    {
      issuer: v.optional(v.pipe(text, v.check(isHttpsUrl, 'must be an https URL such as https://idp.example.com'))),
      groupsClaim: v.optional(v.pipe(text, v.nonEmpty('must name a claim'))),
    },
    objectMessage(['issuer', 'groupsClaim'], 'must be an object with issuer and groupsClaim, both optional'),
  ),
  sessionSeconds: secondsSchema,
  accessTokenSeconds: secondsSchema,
  tokenSeconds: secondsSchema,
  timeoutSeconds: secondsSchema,
  logoutUrls: v.array(v.pipe(text, v.url('must be a URL')), 'must be a list of URLs'),
  healthPath: v.pipe(text, v.regex(/^\/(?!\/)/, 'must be a path of the app such as /health')),
  at: v.pipe(text, v.check(isTime, TIME_MESSAGE)),
  fault: text,
}

const schema = v.partial(v.object(entries))

/** What options are called: by their place in {@link LocalAlbOptions}, such as `oidc.issuer`. */
export type OptionNames = Readonly<Record<string, string>>

/** A mistake in what was asked for, rather than in what happened then. */
export class UsageError extends LocalAlbError {}

/**
 * Checks options. Keys that begin with `_` are comments.
 *
 * @param where what a message begins with, such as `file x.json: `
 * @param names what the person who gave an option calls it, such as `--session`, where that is not its own name.
 * @throws {UsageError} naming the option, what is wrong with it, and what to write.
 */
export function parseOptions(value: unknown, where: string, names: OptionNames = {}): LocalAlbOptions {
  try {
    return parse(value, where, names)
  } catch (cause) {
    if (!(cause instanceof LocalAlbError)) throw cause
    throw new UsageError(cause.message, { cause })
  }
}

function parse(value: unknown, where: string, names: OptionNames): LocalAlbOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LocalAlbError(`${where}must be an object of options`)
  const given = Object.fromEntries(
    Object.entries(value).filter(([key, option]) => !key.startsWith('_') && option !== undefined),
  )
  const known = Object.keys(entries)
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  // A misspelt rule must not silently open a path.
  if (unknown !== undefined)
    throw new LocalAlbError(
      `${where}Unknown option '${unknown}'. Did you mean '${nearest(unknown, known)}'? There are ${known.join(', ')}`,
    )
  const result = v.safeParse(schema, given)
  if (!result.success) {
    const issue = firstOf(result.issues)
    const place = placeOf('', issue)
    throw new LocalAlbError(`${where}${names[place.replace(/\[.*/, '')] ?? place} ${issue.message}`)
  }
  const { users, rules, fault, lambda, ...rest } = result.output
  return {
    ...rest,
    ...(users === undefined ? {} : { users: parseUsers(users, `${where}users`) }),
    ...(rules === undefined ? {} : { rules: parseRules(rules, where) }),
    ...(fault === undefined ? {} : { fault: parseFault(fault) }),
    // What a function takes cannot be looked up; that it is one can.
    ...(lambda === undefined ? {} : { lambda: lambda as LambdaHandler }),
  }
}
