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

/** Frames a message, anew for each connection; a trailer of such a name would be read as part of the head by some. */
const FRAMING: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length', 'transfer-encoding'])

/** Calls back with the lower-case name and the value of each header line, in order. */
export function eachLine(rawHeaders: readonly string[], visit: (name: string, value: string) => void): void {
  for (let index = 0; index < rawHeaders.length; index += 2)
    visit((rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '')
}

/** The values of each header by its name in lower case, in order. */
export function linesByName(rawHeaders: readonly string[]): Map<string, string[]> {
  const lines = new Map<string, string[]>()
  eachLine(rawHeaders, (name, value) => {
    const before = lines.get(name)
    if (before === undefined) lines.set(name, [value])
    else before.push(value)
  })
  return lines
}

/**
 * The values of a header, line by line. Not Node's `headersDistinct`, which before 20.20 throws once a client sends a header
 * called `constructor`.
 *
 * @param name in lower case.
 */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const one = rawHeaders[index] ?? ''
    // Same length first: most names are not even put into lower case.
    if (one.length === name.length && one.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '')
  }
  return values
}

/**
 * Names, in lower case, that belong to the connection: the usual ones, and what its `Connection` lines name.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 RFC 9110, section 7.6.1}
 */
export function connectionNames(rawHeaders: readonly string[]): ReadonlySet<string> {
  let names: ReadonlySet<string> = USUAL
  for (const value of valuesOf(rawHeaders, 'connection')) {
    const named = value.split(',').map((one) => one.trim().toLowerCase())
    const others = named.filter((one) => one !== 'close' && !USUAL.has(one) && !KEPT.includes(one))
    if (others.length > 0) names = new Set([...names, ...others])
  }
  return names
}

/** Calls back with each line that goes on to the next hop: its name in lower case, its value, its name as written. */
function eachForwarded(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean,
  visit: (name: string, value: string, written: string) => void,
): void {
  const ofConnection = connectionNames(rawHeaders)
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const written = rawHeaders[index] ?? ''
    const name = written.toLowerCase()
    if (!ofConnection.has(name) && !isDropped(name)) visit(name, rawHeaders[index + 1] ?? '', written)
  }
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
  // Without a prototype: `__proto__` and `constructor` are names like any other.
  const lines = Object.create(null) as HeaderLines
  eachForwarded(rawHeaders, isDropped, (name, value) => {
    const before = lines[name]
    if (before === undefined) lines[name] = value
    else if (typeof before === 'string') lines[name] = [before, value]
    else before.push(value)
  })
  return lines
}

/** The same as names and values by turns, each name as it was written: what Node's `writeHead()` takes at once. */
export function forwardedPairs(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): string[] {
  const pairs: string[] = []
  eachForwarded(rawHeaders, isDropped, (_, value, written) => void pairs.push(written, value))
  return pairs
}

/**
 * The trailers that go on to the next hop: none that frames a message, and none that is dropped as a header.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-6.5 RFC 9110, section 6.5}
 */
export function forwardedTrailers(
  rawTrailers: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): [string, string][] {
  const trailers: [string, string][] = []
  for (let index = 0; index < rawTrailers.length; index += 2) {
    const [written = '', value = ''] = rawTrailers.slice(index, index + 2)
    const name = written.toLowerCase()
    if (!FRAMING.has(name) && !isDropped(name)) trailers.push([written, value])
  }
  return trailers
}

/** A reason phrase that Node takes: of one with control characters, it throws outside of any `try`. */
export function safeReasonPhrase(phrase: string | undefined): string | undefined {
  return phrase?.replaceAll(/[^\t\x20-\x7E\x80-\xFF]/g, '')
}
