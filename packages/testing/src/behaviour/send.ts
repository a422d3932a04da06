/**
 * Sends exactly the request that is asked for: `fetch` would tidy up paths and join repeated headers.
 *
 * @module
 */

import { request as httpRequest } from 'node:http'

/** A request, to the letter. */
export interface RawRequest {
  readonly method?: string
  /** The request target as sent, not normalised. */
  readonly path: string
  /** A list sends the header once for each value. */
  readonly headers?: { readonly [name: string]: string | string[] }
}

/** What came back. */
export interface RawResponse {
  readonly status: number
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly body: string
}

/** Sends one request on a connection of its own; follows no redirect. */
export async function sendRaw(
  origin: string,
  { method = 'GET', path, headers = {} }: RawRequest,
): Promise<RawResponse> {
  const { hostname, port } = new URL(origin)
  // Node takes a list of names and values to send a header more than once.
  const all: NonNullable<RawRequest['headers']> = {
    host: `${hostname}:${port}`,
    connection: 'close',
    // As browsers do: without it Node announces a body, and Fastify asks for its type.
    ...(method === 'GET' || method === 'HEAD' ? {} : { 'content-length': '0' }),
    ...headers,
  }
  const list = Object.entries(all).flatMap(([name, value]) => [value].flat().flatMap((one) => [name, one]))
  return await new Promise((resolve, reject) => {
    const sent = httpRequest({ host: hostname, port, method, path, headers: list, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.on('error', reject)
    // A hang is a failure like any other.
    sent.setTimeout(10_000, () => sent.destroy(new Error(`no answer to ${method} ${path} in 10 s`)))
    sent.end()
  })
}
