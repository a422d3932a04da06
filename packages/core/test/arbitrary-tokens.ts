/** Arbitraries of tokens and headers, shared by the tests that make them up. */
import * as fc from 'fast-check'

const NAMES = ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken', 'x-amzn-oidc-identity', 'get', 'headers', 'cookie']

const json = fc.jsonValue({ maxDepth: 2 })

const part = fc.oneof(
  fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'iss', 'signer', 'client', 'exp', 'sub', 'crit', 'b64'), json),
  json,
)

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A text in the shape of a token: three parts, or nearly, that decode to JSON, or nearly. */
const looksLikeToken: fc.Arbitrary<string> = fc
  .tuple(
    part,
    part,
    fc.oneof(fc.base64String(), fc.string(), fc.constant('A'.repeat(86))),
    fc.constantFrom('', '=', '=='),
  )
  .map(([header, payload, signature, padding]) =>
    [{ alg: 'ES256', ...(header as object) }, payload]
      .map(encoded)
      .concat(signature)
      .map((text) => text + padding)
      .join('.'),
  )

const headerValue = fc.oneof(
  looksLikeToken,
  fc.string(),
  fc.array(fc.oneof(looksLikeToken, fc.string())),
  fc.constantFrom(undefined, null),
  fc.anything(),
)

const headerName = fc.oneof(
  { weight: 4, arbitrary: fc.mixedCase(fc.constantFrom(...NAMES)) },
  { weight: 1, arbitrary: fc.string() },
)

/** Whatever may arrive as headers: records in any letter case with texts, lists and worse, a `Headers`, a `Map`. */
export const anyHeaders: fc.Arbitrary<unknown> = fc.oneof(
  fc.dictionary(headerName, headerValue),
  fc.array(fc.tuple(fc.constantFrom(...NAMES), looksLikeToken)).map((pairs) => new Headers(pairs)),
  fc.array(fc.tuple(headerName, headerValue)).map((pairs) => new Map(pairs)),
)

/** A token with one to three of: a character changed, added or taken away, a part cut, doubled, swapped or padded. */
export function mutatedToken(original: string): fc.Arbitrary<string> {
  const mutation = fc.record({
    kind: fc.constantFrom('change', 'flip', 'insert', 'remove', 'cut', 'double', 'swap', 'pad', 'strip', 'reencode'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    character: fc.oneof(fc.constantFrom(...'ABCxyz019-_=.+/! \n'), fc.string({ minLength: 1, maxLength: 1 })),
  })
  return fc
    .array(mutation, { minLength: 1, maxLength: 3 })
    .map((mutations) =>
      mutations.reduce((token, { kind, at, character }) => mutate(token, kind, at, character), original),
    )
}

function mutate(token: string, kind: string, at: number, character: string): string {
  const index = Math.min(Math.floor(at * token.length), token.length - 1)
  const parts = token.split('.')
  const partIndex = Math.min(Math.floor(at * parts.length), parts.length - 1)
  const [before, after] = [token.slice(0, index), token.slice(index + 1)]
  switch (kind) {
    case 'change':
      return before + character + after
    case 'flip':
      return before + String.fromCharCode(token.charCodeAt(index) ^ 1) + after
    case 'insert':
      return before + character + token.slice(index)
    case 'remove':
      return before + after
    case 'cut':
      return before
    case 'double':
      return parts.toSpliced(partIndex, 0, parts[partIndex] ?? '').join('.')
    case 'swap':
      return parts.toReversed().join('.')
    case 'pad':
      return parts.with(partIndex, `${parts[partIndex]}=`).join('.')
    case 'strip':
      return token.replaceAll('=', '')
    default:
      return parts.with(partIndex, Buffer.from(parts[partIndex] ?? '', 'base64url').toString('base64')).join('.')
  }
}
