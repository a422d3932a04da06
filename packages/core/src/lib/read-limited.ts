/**
 * Reads the body of a response, up to a size limit.
 *
 * @module
 */

/**
 * The body of a response as UTF-8 text.
 *
 * @param maxBytes An endless body costs this many bytes and no more: the stream is cancelled then.
 * @throws {Error} what `tooLarge` gives, for a body that is larger.
 */
export async function readLimited(response: Response, maxBytes: number, tooLarge: () => Error): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
