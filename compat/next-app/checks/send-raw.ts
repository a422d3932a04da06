/** Sends a path and headers to the letter: `fetch` would tidy up the one, and say what it is in the others. */
import { type IncomingHttpHeaders, request } from 'node:http'

export async function sendRaw(
  origin: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const { hostname, port } = new URL(origin)
  return await new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    // In development a page is compiled first.
    sent.setTimeout(60_000, () => sent.destroy(new Error('no answer in 60 s')))
    sent.end()
  })
}
