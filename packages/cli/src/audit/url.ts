/**
 * URLs of which parts may be unknown.
 *
 * @module
 */

import { identityOf, PartialText, text, type Unknown, type Value } from './value.js'

/** The pieces of a URL; what is unknown in them stays so. */
export interface UrlParts {
  /** With the port, if one is written. */
  readonly host: Value
  /** With its slash, without the query. */
  readonly path: Value
  readonly query: Value
}

const partsOf = (value: Value): readonly (string | Unknown)[] =>
  value instanceof PartialText ? value.parts : typeof value === 'string' ? [value] : []

/** Takes a value apart at the first of these characters that is written out. */
function cut(parts: readonly (string | Unknown)[], pattern: RegExp): [Value, readonly (string | Unknown)[]] {
  const index = parts.findIndex((part) => typeof part === 'string' && pattern.test(part))
  const part = parts[index]
  if (typeof part !== 'string') return [text(parts), []]
  const at = part.search(pattern)
  return [text([...parts.slice(0, index), part.slice(0, at)]), [part.slice(at), ...parts.slice(index + 1)]]
}

/** `undefined` where not even the scheme is known, or it is not https or http. */
export function urlParts(value: Value): UrlParts | undefined {
  const [first, ...rest] = partsOf(value)
  const scheme = typeof first === 'string' ? /^https?:\/\//.exec(first)?.[0] : undefined
  if (scheme === undefined) return undefined
  const [host, fromPath] = cut([String(first).slice(scheme.length), ...rest], /[/?#]/)
  const [path, fromQuery] = cut(fromPath, /[?#]/)
  return { host, path: path === '' ? '/' : path, query: text(fromQuery) }
}

/** Hosts as DNS compares them, the default port left out. `undefined`: cannot be compared. */
export function hostIdentity(host: Value): string | undefined {
  return typeof host === 'string' ? host.toLowerCase().replace(/:443$/, '') : identityOf(host)
}
