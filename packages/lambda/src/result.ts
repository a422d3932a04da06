/**
 * Answers in the form that the load balancer reads: it takes one of `headers` and `multiValueHeaders`, by the mode of the
 * target group, and drops the other.
 *
 * @module
 */

type HeaderValue = boolean | number | string

/** What a function answers, as `ALBResult` of `@types/aws-lambda` has it. Headers may be in either form, or both. */
export interface AlbResult {
  statusCode: number
  /** `200 OK`. @default what the load balancer makes of `statusCode` */
  statusDescription?: string | undefined
  headers?: { [name: string]: HeaderValue } | undefined
  multiValueHeaders?: { [name: string]: HeaderValue[] } | undefined
  body?: string | undefined
  isBase64Encoded?: boolean | undefined
}

/** A header as it is first written, and all its values. */
interface Header {
  readonly name: string
  readonly values: HeaderValue[]
}

const COOKIE = 'set-cookie'

/** All headers of both forms; a value that is in both counts once. */
function headersOf({ headers, multiValueHeaders }: AlbResult): Header[] {
  const found = new Map<string, Header>()
  const add = (name: string, value: HeaderValue): void => {
    const known = found.get(name.toLowerCase())
    if (known === undefined) found.set(name.toLowerCase(), { name, values: [value] })
    else if (!known.values.includes(value)) known.values.push(value)
  }
  for (const form of [multiValueHeaders, headers]) {
    for (const [name, given] of Object.entries(form ?? {})) {
      // A member that is `undefined` is none, as in JSON; handlers without types also write one value for a list of one.
      for (const value of [given].flat()) if (value !== undefined && value !== null) add(name, value)
    }
  }
  return [...found.values()]
}

/**
 * `set-cookie` in its `index`-th spelling. In single-header mode a name has one value, and cookies cannot be joined
 * (RFC 6265 section 3): names that differ by letter case are different members, and the same header.
 */
function spelling(index: number): string {
  let letter = 0
  return COOKIE.replaceAll(/[a-z]/g, (char) => ((index >> letter++) & 1 ? char.toUpperCase() : char))
}

/** 2 to the number of its letters. */
const SPELLINGS = 512

function singleValued(headers: readonly Header[]): Record<string, HeaderValue> {
  return Object.fromEntries(
    headers.flatMap(({ name, values }): [string, HeaderValue][] => {
      if (name.toLowerCase() !== COOKIE) return [[name, values.length === 1 ? (values[0] ?? '') : values.join(', ')]]
      if (values.length > SPELLINGS) throw new RangeError('More cookies than an answer can carry in single-header mode')
      return values.map((value, index) => [spelling(index), value])
    }),
  )
}

/** The same answer in the form of the target group. What is no answer is given back as it is. */
export function inMode(result: AlbResult, isMultiValue: boolean): AlbResult {
  if (typeof result !== 'object' || result === null) return result
  const { headers: _single, multiValueHeaders: _multi, ...rest } = result
  const found = headersOf(result)
  return isMultiValue
    ? { ...rest, multiValueHeaders: Object.fromEntries(found.map(({ name, values }) => [name, values])) }
    : { ...rest, headers: singleValued(found) }
}
