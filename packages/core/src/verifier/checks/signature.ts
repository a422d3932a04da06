/**
 * Checks signatures with `node:crypto`, in place or in its thread pool.
 *
 * @module
 */

import { type KeyObject, verify, type VerifyKeyObjectInput } from 'node:crypto'

/** Order of the P-256 group (FIPS 186-5, SEC 2 section 2.4.2). */
const P256_ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const ZERO = Buffer.alloc(32)

/** Whether the 32 bytes from `start` on are a number between 1 and the order, exclusive. */
function isScalar(bytes: Buffer, start: number): boolean {
  const end = start + 32
  return bytes.compare(ZERO, 0, 32, start, end) > 0 && bytes.compare(P256_ORDER, 0, 32, start, end) < 0
}

/**
 * Whether bytes can be an ES256 signature (RFC 7518 section 3.4) at all: 64 of them, r and s side by side (never DER), both between 1 and the order, exclusive. Libraries that
 * forgot this accepted r = s = 0 for every message ("psychic signatures", CVE-2022-21449); OpenSSL checks too.
 */
export function isEs256Signature(signature: Buffer): boolean {
  return signature.length === 64 && isScalar(signature, 0) && isScalar(signature, 32)
}

/** `signingInput` is ASCII: its alphabet was checked when the token was taken apart. */
function verifyBytes(
  signingInput: string,
  key: VerifyKeyObjectInput | KeyObject,
  signature: Buffer,
  inPlace: boolean,
): boolean | Promise<boolean> {
  const data = Buffer.from(signingInput, 'latin1')
  if (inPlace) return verify('sha256', data, key, signature)
  return new Promise<boolean>((resolve, reject) => {
    verify('sha256', data, key, signature, (error, valid) => (error === null ? resolve(valid) : reject(error)))
  })
}

/**
 * ES256 (RFC 7518 section 3.4), for a signature of the right shape.
 *
 * @param inPlace Verify at once, blocking the event loop, rather than in the thread pool.
 */
export function verifyEs256(
  signingInput: string,
  key: KeyObject,
  signature: Buffer,
  inPlace: boolean,
): boolean | Promise<boolean> {
  return verifyBytes(signingInput, { key, dsaEncoding: 'ieee-p1363' }, signature, inPlace)
}

/** RS256 (RFC 7518 section 3.3). */
export function verifyRs256(
  signingInput: string,
  key: KeyObject,
  signature: Buffer,
  inPlace: boolean,
): boolean | Promise<boolean> {
  return verifyBytes(signingInput, key, signature, inPlace)
}
