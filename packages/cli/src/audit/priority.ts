/**
 * Which rule of a listener answers a URL.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html Condition types}
 * @module
 */

import type { Condition, Infrastructure, Listener, ListenerRule } from './infrastructure.js'
import { hostIdentity, type UrlParts } from './url.js'
import { entriesOf, identityOf, numberOf, stringOf, type Value } from './value.js'

/** `true`, `false`, or `undefined` for "may". */
type Answer = boolean | undefined

function any(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? undefined : false
}

/** `*` is any text, `?` one character. */
function wildcard(pattern: string, flags = ''): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${escaped}$`, `s${flags}`)
}

/** A pattern against a value that may be unknown: only `*` matches whatever it is. */
function matchesPattern(pattern: Value, value: Value, flags = ''): Answer {
  const written = stringOf(pattern)
  if (written !== undefined && /^\*+$/.test(written)) return true
  if (written !== undefined && typeof value === 'string') return wildcard(written, flags).test(value)
  const identity = identityOf(pattern)
  return identity !== undefined && identity === identityOf(value) ? true : undefined
}

/** Without a query no condition on it holds; with one, what it says is not compared. */
function matchesQuery(query: Value): Answer {
  return query === '' ? false : undefined
}

function holds({ field, values }: Condition, { host, path, query }: UrlParts): Answer {
  const entries = entriesOf(values)
  if (entries === undefined) return undefined
  switch (field) {
    case 'host-header':
      return any(entries.map((pattern) => matchesPattern(pattern, withoutPort(host), 'i')))
    case 'path-pattern':
      return any(entries.map((pattern) => matchesPattern(pattern, path)))
    case 'http-request-method':
      // Cognito redirects to it.
      return any(entries.map((method) => matchesPattern(method, 'GET')))
    case 'query-string':
      return matchesQuery(query)
    case 'other':
      return undefined
  }
}

function withoutPort(host: Value): Value {
  return typeof host === 'string' ? (hostIdentity(host) ?? host).replace(/:\d+$/, '') : host
}

function applies({ conditions }: ListenerRule, url: UrlParts): Answer {
  if (conditions === undefined) return undefined
  const answers = conditions.map((condition) => holds(condition, url))
  if (answers.includes(false)) return false
  return answers.includes(undefined) ? undefined : true
}

/**
 * The rules that may answer a URL, or the listener where its default action may; the first that certainly applies is
 * the last of them. `undefined` where the order is unknown.
 */
export function answering(
  listener: Listener,
  { rules }: Infrastructure,
  url: UrlParts,
): readonly (Listener | ListenerRule)[] | undefined {
  const own = rules.filter((rule) => identityOf(rule.listener) === listener.id)
  const applying = own
    .map((rule) => ({ rule, priority: numberOf(rule.priority), answer: applies(rule, url) }))
    .filter(({ answer }) => answer !== false)
  if (applying.some(({ priority }) => priority === undefined) && applying.length > 1) return undefined
  applying.sort((one, other) => (one.priority ?? 0) - (other.priority ?? 0))
  const first = applying.findIndex(({ answer, rule }) => answer === true && !rule.isConditional)
  const reached = first === -1 ? applying : applying.slice(0, first + 1)
  return [...reached.map(({ rule }) => rule), ...(first === -1 ? [listener] : [])]
}
