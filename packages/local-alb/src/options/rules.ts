/**
 * Listener rules: what happens to which requests.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html Condition types}
 * @module
 */

import * as v from 'valibot'
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { complaintOf, objectMessage } from './validation-message.js'
import { LocalAlbError } from './users.js'

/** Claims that a bearer token must have: each value equals the claim, or is in it where that is a list or words. */
export type ClaimChecks = Readonly<Record<string, string | readonly string[]>>

/** A redirect action. */
export interface RuleRedirect {
  /** May have `#{protocol}`, `#{host}`, `#{port}`, `#{path}` (without its first slash) and `#{query}`, as on AWS. */
  readonly url: string
  /** @default 302 */
  readonly status?: 301 | 302 | undefined
}

/** A fixed-response action. */
export interface FixedResponse {
  /** 2xx, 4xx or 5xx. */
  readonly status: number
  /** @default 'text/plain' */
  readonly contentType?: string | undefined
  /** At most 1024 bytes. @default empty */
  readonly body?: string | undefined
}

/**
 * A listener rule: conditions, which must all hold, and what happens then. The first rule that matches counts. Patterns
 * may have `*` (any characters) and `?` (one), as on AWS; of a list, one must match.
 */
export interface ListenerRule {
  /** Begins with `/`. Letter case counts. */
  readonly path?: string | readonly string[] | undefined
  /** Patterns of `Host`, without its port; letter case does not count. */
  readonly hosts?: readonly string[] | undefined
  /** Methods, in capitals: `['OPTIONS']`. */
  readonly methods?: readonly string[] | undefined
  /** Headers by name, with patterns of their values; letter case does not count. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Parameters of the query as they were sent, with patterns of their values; letter case does not count. */
  readonly query?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Addresses that the connection may come from, in CIDR form: `['127.0.0.1/32']`. */
  readonly sources?: readonly string[] | undefined
  /**
   * What the authenticate action does with people who are not signed in: `authenticate` sends them to sign in, `allow`
   * lets them pass without headers, `deny` answers 401. `none` is a rule without such an action. `jwt` is
   * `jwt-validation`: 401 without a valid bearer token. `redirect` and `fixed-response` answer by themselves.
   */
  readonly action: 'authenticate' | 'allow' | 'deny' | 'none' | 'jwt' | 'redirect' | 'fixed-response'
  /** With `jwt`: what the bearer token must have besides. @default none */
  readonly claims?: ClaimChecks | undefined
  /** With `redirect`. */
  readonly redirect?: RuleRedirect | undefined
  /** With `fixed-response`. */
  readonly response?: FixedResponse | undefined
  /** Where to: a URL that begins with `http://`. @default the target of the load balancer */
  readonly target?: string | undefined
}

const ACTIONS = ['authenticate', 'allow', 'deny', 'none', 'jwt', 'redirect', 'fixed-response'] as const
const LIKE = `{"path": "/public/*", "action": ${ACTIONS.map((action) => `"${action}"`).join(' | ')}, "target": "http://localhost:3001"}`
const PATH = 'must be a path that begins with /, such as "/public/*"'
const TARGET = 'must be a URL that begins with http://, such as "http://localhost:3001"'
const METHODS = 'must be a list of methods in capitals, such as ["OPTIONS"]'
const HOSTS = 'must be a list of host names without port, such as ["app.localhost"]'
const VALUES = 'must be an object of names with a pattern or a list of patterns, such as {"x-version": "2*"}'
const SOURCES = 'must be a list of addresses in CIDR form, such as ["127.0.0.1/32"]'
const CLAIMS = 'must be an object of claims with a value or a list of values, such as {"scope": "my-api/read"}'
const REDIRECT = 'must be like {"url": "https://#{host}/#{path}?#{query}", "status": 302}'
const RESPONSE = 'must be like {"status": 200, "contentType": "text/plain", "body": "ok"}'
/** What AWS checks itself, and does not take as additional claims. */
const OWN_CLAIMS = ['exp', 'iss', 'nbf', 'iat']
const CONTENT_TYPES = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

function oneOrMore(message: string): v.GenericSchema<string | readonly string[]> {
  const text = v.pipe(v.string(message), v.nonEmpty(message))
  return v.union([text, v.pipe(v.array(text, message), v.nonEmpty(message))], message)
}

const pathSchema = v.pipe(v.string(PATH), v.startsWith('/', PATH))
const valuesSchema = v.pipe(
  v.record(v.string(), oneOrMore(VALUES), VALUES),
  v.check((values) => Object.keys(values).length > 0, VALUES),
)

/** Whether a string is an address and the length of its network. */
function isCidr(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128)
}

const FIELDS = [
  'path',
  'hosts',
  'methods',
  'headers',
  'query',
  'sources',
  'action',
  'claims',
  'redirect',
  'response',
  'target',
]
const CONDITIONS = ['path', 'hosts', 'methods', 'headers', 'query', 'sources'] as const

const ruleSchema = v.pipe(
  v.strictObject(
    {
      path: v.optional(v.union([pathSchema, v.pipe(v.array(pathSchema, PATH), v.nonEmpty(PATH))], PATH)),
      hosts: v.optional(
        v.pipe(v.array(v.pipe(v.string(HOSTS), v.regex(/^[^\s:/]+$/, HOSTS)), HOSTS), v.nonEmpty(HOSTS)),
      ),
      methods: v.optional(
        v.pipe(v.array(v.pipe(v.string(METHODS), v.regex(/^[A-Z-]+$/, METHODS)), METHODS), v.nonEmpty(METHODS)),
      ),
      headers: v.optional(valuesSchema),
      query: v.optional(valuesSchema),
      sources: v.optional(
        v.pipe(v.array(v.pipe(v.string(SOURCES), v.check(isCidr, SOURCES)), SOURCES), v.nonEmpty(SOURCES)),
      ),
      action: v.picklist(ACTIONS, `must be one of ${ACTIONS.map((action) => `"${action}"`).join(', ')}`),
      claims: v.optional(
        v.pipe(
          v.record(v.string(), oneOrMore(CLAIMS), CLAIMS),
          v.check((claims) => Object.keys(claims).length <= 10, 'must have at most 10 claims, as on AWS'),
          v.check(
            (claims) => !Object.keys(claims).some((name) => OWN_CLAIMS.includes(name)),
            'must not have exp, iss, nbf or iat: they are always checked',
          ),
        ),
      ),
      redirect: v.optional(
        v.strictObject(
          {
            url: v.pipe(v.string(REDIRECT), v.regex(/^(?:https?|#\{protocol\}):\/\/|^\//i, REDIRECT)),
            status: v.optional(v.picklist([301, 302], REDIRECT)),
          },
          objectMessage(['url', 'status'], REDIRECT),
        ),
      ),
      response: v.optional(
        v.strictObject(
          {
            status: v.pipe(
              v.number(RESPONSE),
              v.check((status) => /^[245]\d\d$/.test(String(status)), 'must be a status 2xx, 4xx or 5xx'),
            ),
            contentType: v.optional(v.picklist(CONTENT_TYPES, `must be one of ${CONTENT_TYPES.join(', ')}`)),
            body: v.optional(v.pipe(v.string(RESPONSE), v.maxBytes(1024, 'must have at most 1024 bytes, as on AWS'))),
          },
          objectMessage(['status', 'contentType', 'body'], RESPONSE),
        ),
      ),
      target: v.optional(v.pipe(v.string(TARGET), v.url(TARGET), v.startsWith('http://', TARGET))),
    } satisfies { readonly [Name in keyof Required<ListenerRule>]: v.GenericSchema<ListenerRule[Name]> },
    objectMessage(FIELDS, `must be like ${LIKE}`),
  ),
  v.check((rule) => CONDITIONS.some((name) => rule[name] !== undefined), `needs a condition: ${CONDITIONS.join(', ')}`),
  v.check(
    (rule) => rule.claims === undefined || rule.action === 'jwt',
    'has claims, which go with the action "jwt" only',
  ),
  v.check(
    (rule) => (rule.redirect !== undefined) === (rule.action === 'redirect'),
    'needs both the action "redirect" and redirect, or neither',
  ),
  v.check(
    (rule) => (rule.response !== undefined) === (rule.action === 'fixed-response'),
    'needs both the action "fixed-response" and response, or neither',
  ),
)

const rulesSchema = v.array(ruleSchema, `must be a list of rules, such as [${LIKE}]`)

/** Everything needs a sign-in, as most listeners are set up. */
export const DEFAULT_RULE: ListenerRule = { path: '/*', action: 'authenticate' }

/**
 * Checks rules.
 *
 * @throws {LocalAlbError} saying which one is wrong, and in what.
 */
export function parseRules(value: unknown, where = ''): readonly ListenerRule[] {
  const result = v.safeParse(rulesSchema, value)
  if (result.success) return result.output
  throw new LocalAlbError(complaintOf(`${where}rules`, result.issues))
}

/** What rules ask of a request. */
export interface RuleSubject {
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Address of the client. */
  readonly source: string
}

type Patterns = string | readonly string[]

function matches(pattern: string, text: string, flags = ''): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, `s${flags}`).test(text)
}

const anyOf = (patterns: Patterns, texts: readonly string[], flags = ''): boolean =>
  [patterns].flat().some((pattern) => texts.some((text) => matches(pattern, text, flags)))

/** Values of a parameter, as they were sent: a load balancer does not decode them. */
function parametersOf(query: string, name: string): string[] {
  return query
    .split('&')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    })
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value)
}

function isFrom(sources: readonly string[], address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  const family = isIP(plain)
  return sources.some((source) => {
    const [network = '', bits = ''] = source.split('/')
    if (isIP(network) !== family) return false
    const list = new BlockList()
    list.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
    return list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  })
}

/** Whether all conditions of a rule hold. */
function holds(rule: ListenerRule, subject: RuleSubject): boolean {
  const { path, hosts, methods, headers = {}, query = {}, sources } = rule
  const host = (subject.headers.host ?? '').replace(/:\d+$/, '')
  const valuesOf = (name: string): string[] => [subject.headers[name.toLowerCase()] ?? []].flat()
  return (
    (path === undefined || anyOf(path, [subject.path])) &&
    (hosts === undefined || anyOf(hosts, [host], 'i')) &&
    (methods === undefined || methods.includes(subject.method)) &&
    (sources === undefined || isFrom(sources, subject.source)) &&
    Object.entries(headers).every(([name, patterns]) => anyOf(patterns, valuesOf(name), 'i')) &&
    Object.entries(query).every(([name, patterns]) => anyOf(patterns, parametersOf(subject.query, name), 'i'))
  )
}

/** The first rule whose conditions hold, else {@link DEFAULT_RULE}. */
export function ruleFor(rules: readonly ListenerRule[], subject: RuleSubject): ListenerRule {
  return rules.find((rule) => holds(rule, subject)) ?? DEFAULT_RULE
}
