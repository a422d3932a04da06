/**
 * Takes a compact JWS (RFC 7515 section 7.1) apart, strictly and without trusting any of it.
 *
 * @module
 */

import { memoLast } from '../../lib/memory/memo-last.js'
import { harden, parseSoftJsonObject } from '../../claims.js'
import { InvalidTokenError } from '../../errors.js'
import type { Claims, JwsHeader } from '../../user-type.js'

/** Characters; a token is ASCII, so bytes too. The load balancer itself allows headers of 16 K. */
const MAX_TOKEN_LENGTH = 16 * 1024

/** Where tokens are decoded: what is in it is read before the next token is, and never handed out. */
const scratch = Buffer.allocUnsafeSlow(MAX_TOKEN_LENGTH)

/** What a token says before anything of it is verified. */
export interface UnverifiedJws {
  readonly unverifiedHeader: JwsHeader
  /** Bytes that the header takes in memory, about. */
  readonly headerBytes: number
  /** As parsed, not frozen: strangers' claims are not worth it. See {@link hardenToken}. */
  readonly unverifiedClaims: Claims
  readonly signature: Buffer
  /** What the signature was taken over: the text as received, padding included. */
  readonly signingInput: string
}

function malformed(why: string, what: string): InvalidTokenError {
  return new InvalidTokenError('malformed', `Malformed token: ${why}: ${what}`)
}

/**
 * Checks that a token is a string of a size worth looking at, before anything else is done with it.
 *
 * @param what The token, for messages.
 * @throws {InvalidTokenError} `malformed` when it is no string; `too_large` above 16 KiB.
 */
export function checkToken(token: unknown, what: string): asserts token is string {
  if (typeof token !== 'string') throw malformed('must be a string', what)
  if (token.length > MAX_TOKEN_LENGTH) throw new InvalidTokenError('too_large', `Token larger than 16 KiB: ${what}`)
}

/**
 * Makes claims or a header safe to hand out: see {@link harden}. Verified or not.
 *
 * @param what The token, for messages.
 * @returns Bytes that it takes in memory, about.
 * @throws {InvalidTokenError} `malformed` when they are nested too deep.
 */
export function hardenToken(json: JwsHeader | Claims, what: string): number {
  const bytes = harden(json)
  if (bytes === undefined) throw malformed('nested too deep', what)
  return bytes
}

/** A header, safe to hand out, and what it takes in memory. */
interface ReadHeader {
  readonly header: JwsHeader
  readonly bytes: number
}

/** Takes tokens of one kind apart. */
export class CompactJwsReader {
  readonly #algorithm: string
  readonly #padding: 'allowed' | 'refused'
  readonly #what: string
  /**
   * The header of a segment. Whoever signs writes the same one over and over: Cognito for months, a load balancer for a second.
   * To remember it is 6 % of the CPU of two tokens never seen, in `npx pnpm bench --only never`.
   */
  readonly #headerOf = memoLast((segment: string) => this.#readHeader(segment))

  /**
   * @param padding The load balancer pads its segments with `=`, against RFC 7515 section 2; Cognito does not.
   * @param what The token, for messages.
   */
  constructor(algorithm: string, padding: 'allowed' | 'refused', what: string) {
    this.#what = what
    this.#algorithm = algorithm
    this.#padding = padding
  }

  /**
   * Takes a token apart and checks what its header says about how to read it.
   *
   * @throws {InvalidTokenError} `too_large` above 16 KiB; `malformed`; `algorithm` when "alg" is not exactly the one of
   * this reader; `header` when "typ" is there and not `JWT`, or "crit" or "b64" is there (RFC 7515 section 4.1.11,
   * RFC 7797): extensions that would change how the token is read, and that neither AWS service uses.
   */
  read(token: string): UnverifiedJws {
    checkToken(token, this.#what)
    const headerDot = token.indexOf('.')
    const payloadDot = token.indexOf('.', headerDot + 1)
    // Without any dot both are -1.
    if (payloadDot <= headerDot || token.includes('.', payloadDot + 1)) {
      throw this.#malformed('not a compact JWS (three parts with dots between)')
    }
    const header = token.slice(0, headerDot)
    const payload = token.slice(headerDot + 1, payloadDot)
    const signature = token.slice(payloadDot + 1)
    // Side by side: decoded, a token is shorter than the text of it.
    const payloadEnd = this.#decode(payload, 0)
    const end = this.#decode(signature, payloadEnd)
    const { header: unverifiedHeader, bytes: headerBytes } = this.#headerOf(header)
    const unverifiedClaims = this.#parseObject(0, payloadEnd, 'payload')
    // After "alg": a token that says `none` has no signature, and is refused for what it says.
    if (end === payloadEnd) throw this.#malformed('no signature')
    return {
      unverifiedHeader,
      headerBytes,
      unverifiedClaims,
      // To keep: the scratch is the next token's.
      signature: Buffer.from(signature, 'base64url'),
      signingInput: token.slice(0, payloadDot),
    }
  }

  /**
   * Decodes a segment to `start` in the scratch, and says where it ends. Node's decoder skips what it does not know
   * (`signature!!!!` decodes) and takes U+0142 for a B, so what it made is encoded again: only the one text that stands for
   * these bytes is accepted, without foreign characters and without spare bits set in the last one, else many texts would
   * stand for one token (RFC 4648 section 3.5). Padding must be none or the right amount.
   */
  #decode(segment: string, start: number): number {
    const padAt = this.#padding === 'allowed' ? segment.indexOf('=') : -1
    const text = padAt === -1 ? segment : segment.slice(0, padAt)
    const isPaddedRight = padAt === -1 || segment.slice(padAt) === '='.repeat((4 - (text.length % 4)) % 4)
    const end = start + scratch.write(text, start, 'base64url')
    if (!isPaddedRight || scratch.toString('base64url', start, end) !== text) {
      throw this.#malformed('invalid base64url')
    }
    return end
  }

  #malformed(why: string): InvalidTokenError {
    return malformed(why, this.#what)
  }

  #parseObject(start: number, end: number, part: string): JwsHeader | Claims {
    const object = parseSoftJsonObject(scratch, start, end)
    if (object === undefined) throw this.#malformed(`${part} must be a JSON object`)
    return object
  }

  #readHeader(segment: string): ReadHeader {
    // At the end of the scratch, where nothing of the other two segments can be.
    const start = MAX_TOKEN_LENGTH - segment.length
    const header = this.#parseObject(start, this.#decode(segment, start), 'header')
    if (header['alg'] !== this.#algorithm) {
      throw new InvalidTokenError('algorithm', `Unexpected "alg": expected ${this.#algorithm}: ${this.#what}`)
    }
    const { typ } = header
    if ((typ !== undefined && typ !== 'JWT') || 'crit' in header || 'b64' in header) {
      throw new InvalidTokenError(
        'header',
        `Unsupported JWS header parameter: "typ" must be JWT, and "crit" and "b64" must be absent: ${this.#what}`,
      )
    }
    return { header, bytes: hardenToken(header, this.#what) }
  }
}
