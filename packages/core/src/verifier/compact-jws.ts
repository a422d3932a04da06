/**
 * Takes a compact JWS (RFC 7515 section 7.1) apart, strictly and without trusting any of it.
 *
 * @module
 */

import { harden, parseSoftJsonObject } from '../claims.js'
import { InvalidTokenError } from '../errors.js'
import type { Claims } from '../user-type.js'

/** Characters; a token is ASCII, so bytes too. The load balancer itself allows headers of 16 K. */
const MAX_TOKEN_LENGTH = 16 * 1024

/** Where tokens are decoded: what is in it is read before the next token is, and never handed out. */
const scratch = Buffer.allocUnsafeSlow(MAX_TOKEN_LENGTH)

/** What a token says before anything of it is verified. */
export interface UnverifiedJws {
  /** As parsed, not frozen: strangers' tokens are not worth it. See {@link harden}. */
  readonly unverifiedHeader: Claims
  readonly unverifiedClaims: Claims
  readonly signature: Buffer
  /** What the signature was taken over: the text as received, padding included. */
  readonly signingInput: string
}

/**
 * Decodes one segment to `start` in the scratch, and says where it ends. Node's decoder skips what it does not know
 * (`signature!!!!` decodes), so what it made is encoded again: only the one text that stands for these bytes is accepted,
 * without foreign characters and without spare bits set in the last one, else many texts would stand for one token
 * (RFC 4648 section 3.5). Padding must be none or the right amount.
 */
function decodeSegment(segment: string, padding: 'allowed' | 'refused', start: number): number {
  const padAt = padding === 'allowed' ? segment.indexOf('=') : -1
  const text = padAt === -1 ? segment : segment.slice(0, padAt)
  const end = start + scratch.write(text, start, 'base64url')
  const isPaddedRight = padAt === -1 || segment.slice(padAt) === '='.repeat((4 - (text.length % 4)) % 4)
  if (!isPaddedRight || scratch.toString('base64url', start, end) !== text) {
    throw malformed('a part of it is not base64url')
  }
  return end
}

function malformed(why: string): InvalidTokenError {
  return new InvalidTokenError('malformed', `The token is malformed: ${why}`)
}

function parseObject(start: number, end: number, what: string): Claims {
  const object = parseSoftJsonObject(scratch, start, end)
  if (object === undefined) throw malformed(`its ${what} is not a JSON object`)
  return object
}

/**
 * Checks that a token is a text of a size worth looking at, before anything else is done with it.
 *
 * @throws {InvalidTokenError} `malformed` when it is not a text; `too_large` above 16 KiB.
 */
export function checkToken(token: unknown): asserts token is string {
  if (typeof token !== 'string') throw malformed('it is not a text')
  if (token.length > MAX_TOKEN_LENGTH) throw new InvalidTokenError('too_large', 'The token is larger than 16 KiB')
}

/**
 * Takes a token apart and checks what its header says about how to read it.
 *
 * @param padding The load balancer pads its segments with `=`, against RFC 7515 section 2; Cognito does not.
 * @throws {InvalidTokenError} `too_large` above 16 KiB; `malformed`; `algorithm` when "alg" is not exactly
 * `algorithm`; `header` when "typ" is there and not `JWT`, or "crit" or "b64" is there (RFC 7515 section 4.1.11,
 * RFC 7797): extensions that would change how the token is read, and that neither AWS service uses.
 */
export function parseCompactJws(token: string, algorithm: string, padding: 'allowed' | 'refused'): UnverifiedJws {
  checkToken(token)
  const parts = token.split('.', 4)
  const [header, payload, signature] = parts
  if (header === undefined || payload === undefined || signature === undefined || parts.length > 3) {
    throw malformed('it does not have three parts')
  }
  // Side by side: decoded, a token is shorter than the text of it.
  const headerEnd = decodeSegment(header, padding, 0)
  const payloadEnd = decodeSegment(payload, padding, headerEnd)
  const end = decodeSegment(signature, padding, payloadEnd)
  const unverifiedHeader = parseObject(0, headerEnd, 'header')
  if (unverifiedHeader['alg'] !== algorithm) {
    throw new InvalidTokenError('algorithm', `The token is not signed with ${algorithm}`)
  }
  const { typ } = unverifiedHeader
  if ((typ !== undefined && typ !== 'JWT') || 'crit' in unverifiedHeader || 'b64' in unverifiedHeader) {
    throw new InvalidTokenError('header', 'The header of the token asks to be read in a way that is not supported')
  }
  const unverifiedClaims = parseObject(headerEnd, payloadEnd, 'payload')
  // After "alg": a token that says `none` has no signature, and is refused for what it says.
  if (end === payloadEnd) throw malformed('it has no signature')
  return {
    unverifiedHeader,
    unverifiedClaims,
    // As was checked above, and to keep: the scratch is the next token's.
    signature: Buffer.from(signature, 'base64url'),
    signingInput: token.slice(0, header.length + 1 + payload.length),
  }
}

/**
 * Makes of claims whose signature held what may be handed out.
 *
 * @throws {InvalidTokenError} `malformed` when they are nested absurdly deep.
 */
export function verified(claims: Claims): Claims {
  if (!harden(claims)) throw malformed('it is nested too deep')
  return claims
}
