/**
 * The headers as last sent to the app, taken apart for people and scripts to read. Nothing is verified here.
 *
 * @module
 */

/** A token in its readable parts. */
interface ReadableToken {
  readonly header: unknown
  readonly claims: unknown
}

const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64').toString('utf8'))

/** Header and claims of a token; other values, such as an opaque access token or garbage, as they are. */
export function readable(value: string): ReadableToken | string {
  const [header, claims, signature] = value.split('.')
  if (header === undefined || claims === undefined || signature === undefined) return value
  try {
    return { header: read(header), claims: read(claims) }
  } catch {
    // Three parts, and yet no JWT: an attack, tried on purpose.
    return value
  }
}
