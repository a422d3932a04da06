/**
 * Checks signatures with `node:crypto`, in place or in its thread pool.
 *
 * @module
 */

import { type KeyObject, verify, type VerifyKeyObjectInput } from 'node:crypto'

/** Order of the P-256 group (FIPS 186-5, SEC 2 section 2.4.2). */
const P256_ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const ZERO = Buffer.alloc(32)

/**
 * Whether bytes can be an ES256 signature (RFC 7518 section 3.4) at all: 64 of them, r and s side by side (never DER), both between 1 and the order, exclusive. Libraries that
 * forgot this accepted r = s = 0 for every message ("psychic signatures", CVE-2022-21449); OpenSSL checks too.
 */
export function isEs256Signature(signature: Buffer): boolean {
  if (signature.length !== 64) return false
  return [signature.subarray(0, 32), signature.subarray(32)].every(
    (scalar) => scalar.compare(ZERO) > 0 && scalar.compare(P256_ORDER) < 0,
  )
}

function verifyBytes(
  data: Buffer,
  key: VerifyKeyObjectInput | KeyObject,
  signature: Buffer,
  inPlace: boolean,
): boolean | Promise<boolean> {
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
export async function verifyEs256(
  signingInput: string,
  key: KeyObject,
  signature: Buffer,
  inPlace: boolean,
): Promise<boolean> {
  return await verifyBytes(Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' }, signature, inPlace)
}

/** RS256 (RFC 7518 section 3.3). */
export async function verifyRs256(
  signingInput: string,
  key: KeyObject,
  signature: Buffer,
  inPlace: boolean,
): Promise<boolean> {
  return await verifyBytes(Buffer.from(signingInput), key, signature, inPlace)
}
