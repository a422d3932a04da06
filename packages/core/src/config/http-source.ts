/**
 * The authorisation config behind a URL: the agents of AWS AppConfig and Secrets Manager, and other services that answer
 * with the JSON.
 *
 * @module
 */

import { CognitoAuthError, ConfigurationError } from '../errors.js'
import { readLimited } from '../lib/read-limited.js'
import { isPlainObject, ownMembers, ownOptions, refuseUnknown } from '../lib/schema.js'
import { isLoopback, parseUrl } from '../lib/text/urls.js'
import { type ConfigSource, readInTime, unavailable } from './config-source.js'

/** Headers of a request, such as the token that the Secrets Manager agent wants. */
export type SourceHeaders = Readonly<Record<string, string>>

/** How a URL is asked. */
export interface HttpSourceOptions {
  /**
   * Headers to send: a plain object or a Fetch `Headers`. Or a function that gives them for each read, for tokens that change;
   * it may give a Promise, which is awaited within the 5 s of the read. @default none
   */
  readonly headers?:
    | SourceHeaders
    | Headers
    | (() => SourceHeaders | Headers | Promise<SourceHeaders | Headers>)
    | undefined
  /** Whether values of the config may not be printed. @default true */
  readonly isSecret?: boolean | undefined
}

/** A config of some 30,000 e-mail addresses; an AppConfig configuration has 1 MiB at first. */
const MAX_BYTES = 1024 * 1024

/** @throws {ConfigurationError} for what is no URL that may be asked. It may hold credentials: it is not printed. */
function checkUrl(given: string | URL): URL {
  const url = parseUrl(String(given))
  if (url === undefined) throw new ConfigurationError('httpSource() needs an absolute URL')
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError('httpSource() takes no credentials in its URL. Send them in headers')
  }
  // What answers decides who may use the app.
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return url
  throw new ConfigurationError('httpSource() needs an https URL; http is accepted for loopback addresses only')
}

/** @throws {ConfigurationError} for headers that cannot be sent. Values are not printed: they may be credentials. */
function checkHeaders(given: unknown): SourceHeaders {
  // What is inherited, or asked for with `get`, as of a Map, would not be sent.
  if (!(given instanceof Headers) && !isPlainObject(given)) {
    throw new ConfigurationError(
      'httpSource(): headers must be an object of names and values, a Headers, or a function that gives one of them',
    )
  }
  const headers = ownMembers(given instanceof Headers ? given : Object.entries(given))
  for (const [name, value] of Object.entries(headers)) {
    // `undefined` comes from a variable that is not set, and would be sent as "undefined".
    if (typeof value !== 'string' || value === '') {
      throw new ConfigurationError(
        `httpSource(): the header ${JSON.stringify(name)} must be a string that is not empty`,
      )
    }
    try {
      new Headers().set(name, value)
    } catch {
      throw new ConfigurationError(`httpSource(): the header ${JSON.stringify(name)} cannot be sent`)
    }
  }
  return headers as SourceHeaders
}

/** The agent of Secrets Manager, and its Lambda extension, answer as GetSecretValue does. */
function unwrapped(body: string): string {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    // The config is checked, and described, by whoever parses it.
    return body
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'SecretString')) return body
  const { SecretString } = value as { SecretString: unknown }
  return typeof SecretString === 'string' ? SecretString : body
}

/** A failure as a sentence. A status that may pass is no mistake: agents start beside the app. */
function refusal(name: string, { status, redirected }: Response): CognitoAuthError {
  if (status >= 500 || status === 408 || status === 425 || status === 429) return unavailable(name, `HTTP ${status}`)
  // A redirect is never followed: headers may hold a token, and what answers decides who may use the app.
  if (redirected || (status >= 300 && status < 400)) {
    return new ConfigurationError(`${name} answered HTTP ${status}; redirects are not followed`)
  }
  const hint =
    status === 401 || status === 403 ? 'Check the headers that the agent asks for' : 'Check its path and query'
  return new ConfigurationError(`${name} answered HTTP ${status}. ${hint}`)
}

/** What `fetch` threw: its own message says "fetch failed", the cause says why. */
function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return error instanceof Error ? error.name : 'unknown failure'
}

/** What the app's function gives. What that throws may hold anything, and is not repeated. */
async function headersOf(give: () => unknown, name: string): Promise<SourceHeaders> {
  let given: unknown
  try {
    given = await give()
  } catch (cause) {
    if (cause instanceof CognitoAuthError) throw cause
    throw unavailable(name, 'the function headers failed', { cause })
  }
  return checkHeaders(given)
}

async function readUrl(url: URL, name: string, headers: SourceHeaders, signal: AbortSignal): Promise<string> {
  // No cache may keep it: Next.js puts one of its own in front of `fetch`.
  const init = { headers, signal, redirect: 'manual' as const, cache: 'no-store' }
  const response = await fetch(url, init)
  if (response.status !== 200 || response.redirected) {
    await response.body?.cancel()
    throw refusal(name, response)
  }
  return await readLimited(
    response,
    MAX_BYTES,
    () => new ConfigurationError(`${name} answered with more than 1 MiB, which is too large`),
  )
}

/**
 * A config behind a URL: the AWS AppConfig agent, the AWS Secrets Manager agent (the `SecretString` of its answer is
 * taken), or a service of one's own. Reads take at most 5 s and 1 MiB, and follow no redirect.
 *
 * Messages name the URL without its query, which may hold a token.
 *
 * @example
 * ```ts
 * Authoriser.fromSource(httpSource('http://localhost:2772/applications/my-app/environments/prod/configurations/auth'))
 * ```
 * @param url https, or http to a loopback address; no credentials in it.
 * @throws {ConfigurationError} for another URL, for headers that cannot be sent, and for an unknown option.
 * @see {@link https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-agent.html AWS AppConfig Agent}
 * @see {@link https://docs.aws.amazon.com/secretsmanager/latest/userguide/secrets-manager-agent.html AWS Secrets Manager Agent}
 */
export function httpSource(url: string | URL, options: HttpSourceOptions = {}): ConfigSource {
  refuseUnknown(options, ['headers', 'isSecret'], 'httpSource()')
  const target = checkUrl(url)
  const { headers = {}, isSecret = true } = ownOptions(options)
  if (typeof isSecret !== 'boolean') throw new ConfigurationError('httpSource(): isSecret must be true or false')
  const give = typeof headers === 'function' ? headers : undefined
  const fixed = give === undefined ? checkHeaders(headers) : {}
  const name = `URL ${target.origin}${target.pathname}`
  return {
    name,
    isSecret,
    async read() {
      try {
        const body = await readInTime(name, async (signal) => {
          const sent = give === undefined ? fixed : await headersOf(give, name)
          return await readUrl(target, name, sent, signal)
        })
        return unwrapped(body)
      } catch (error) {
        if (error instanceof CognitoAuthError) throw error
        throw unavailable(name, codeOf(error), { cause: error })
      }
    },
  }
}
