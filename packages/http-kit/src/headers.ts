/**
 * Headers on their way through a proxy: those of one connection stay there, lines that came twice go on as two.
 *
 * @module
 */

/** Headers as Node takes them for a message of its own, by lower-case name. */
export type HeaderLines = Record<string, string | string[]>

/** Headers of one connection rather than of a message, besides those that `Connection` names (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]
const USUAL: ReadonlySet<string> = new Set(HOP_BY_HOP)
/** What cannot be dropped by naming it in `Connection`: without them, a body or the site it is for could be misread. */
const KEPT: readonly string[] = ['host', 'content-length', 'transfer-encoding']

/** Calls back with the lower-case name and the value of each header line, in order. */
export function eachLine(rawHeaders: readonly string[], visit: (name: string, value: string) => void): void {
  for (let index = 0; index < rawHeaders.length; index += 2)
    visit((rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '')
}

/**
 * The values of a header, line by line. Not Node's `headersDistinct`, which before 20.20 throws once a client sends a header
 * called `constructor`.
 *
 * @param name in lower case.
 */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = []
  eachLine(rawHeaders, (one, value) => {
    if (one === name) values.push(value)
  })
  return values
}

/** Names that belong to the connection: the usual ones, and what its `Connection` lines name. */
function connectionNames(rawHeaders: readonly string[]): ReadonlySet<string> {
  let names: ReadonlySet<string> = USUAL
  eachLine(rawHeaders, (name, value) => {
    if (name !== 'connection') return
    const named = value.split(',').map((one) => one.trim().toLowerCase())
    names = new Set([...names, ...named.filter((one) => !KEPT.includes(one))])
  })
  return names
}

/**
 * The header lines that go on to the next hop, with no line lost: Node's own `headers` drops the second `Authorization`,
 * and joins others with a comma whose values may be lists.
 *
 * @param rawHeaders as Node received them.
 * @param isDropped names, in lower case, that do not go on either. @default none
 */
export function forwardedLines(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): HeaderLines {
  const ofConnection = connectionNames(rawHeaders)
  // Not an object at once: `__proto__` and `constructor` are names like any other.
  const lines = new Map<string, string | string[]>()
  eachLine(rawHeaders, (name, value) => {
    if (ofConnection.has(name) || isDropped(name)) return
    const before = lines.get(name)
    if (before === undefined) lines.set(name, value)
    else if (typeof before === 'string') lines.set(name, [before, value])
    else before.push(value)
  })
  return Object.fromEntries(lines)
}

/** A reason phrase that Node takes: of one with control characters, it throws where nobody can catch it. */
export function safeReasonPhrase(phrase: string | undefined): string | undefined {
  return phrase?.replaceAll(/[^\t\x20-\x7E\x80-\xFF]/g, '')
}
