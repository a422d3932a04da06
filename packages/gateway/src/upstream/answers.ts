/**
 * The app's answers on their way to the client: interim ones, the answer, its trailers.
 *
 * @module
 */

import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http'
import { forwardedPairs, forwardedTrailers, safeReasonPhrase, valuesOf } from '@cognito-auth/http-kit/headers'

/** Whether a trailer, by its name in lower case, does not go on. */
export type IsRefusedTrailer = (name: string) => boolean

/** What Node makes anew for the connection to the client. */
const isFraming = (name: string): boolean => name === 'transfer-encoding'
const isFramingOrLength = (name: string): boolean => name === 'transfer-encoding' || name === 'content-length'

/** How long an app may take to say that it wants a body. After that the client sends it: not every server knows of `Expect`. */
const CONTINUE_MS = 1000

/**
 * Passes on an answer and its body.
 *
 * @throws where Node takes no such status or header; nothing was sent then.
 */
export function passOn(answer: IncomingMessage, res: ServerResponse, isRefusedTrailer: IsRefusedTrailer): void {
  const { statusCode = 502, statusMessage, rawHeaders } = answer
  const pairs = forwardedPairs(rawHeaders, isFraming)
  const hasTrailers = mayHaveTrailers(answer, res)
  if (hasTrailers) {
    const names = trailerNames(rawHeaders, isRefusedTrailer)
    if (names !== '') pairs.push('Trailer', names)
  }
  res.writeHead(statusCode, safeReasonPhrase(statusMessage), pairs)
  // Before the pipe ends the response.
  if (hasTrailers) answer.once('end', () => res.addTrailers(forwardedTrailers(answer.rawTrailers, isRefusedTrailer)))
  if (hasNoBody(answer, res)) {
    res.end()
    // Node 20.19 waits for a body of the length that a 204 tells. One that comes all the same, and late, would be read as the
    // answer to somebody else's request: the connection to the app is not used again.
    return void answer.destroy()
  }
  answer.pipe(res)
  // A body whose length is known follows at once.
  if (answer.headers['content-length'] !== undefined) return
  // Node sends the head with the first byte of the body, which events may be a long time in coming.
  setImmediate(() => {
    if (!answer.readableDidRead && !answer.readableEnded && !res.destroyed) res.flushHeaders()
  })
}

/** Whether an answer must not have a body (RFC 9112, section 6.3). */
function hasNoBody({ statusCode }: IncomingMessage, { req }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304
}

/** Whether an answer goes on in chunks: trailers have no other place, and Node throws where it is given some. */
function mayHaveTrailers(answer: IncomingMessage, res: ServerResponse): boolean {
  if (res.req.httpVersion !== '1.1' || hasNoBody(answer, res)) return false
  return valuesOf(answer.rawHeaders, 'transfer-encoding').some((value) => /(?:^|,)\s*chunked\s*$/i.test(value))
}

/** The names of `Trailer` lines that go on. */
export function trailerNames(rawHeaders: readonly string[], isRefusedTrailer: IsRefusedTrailer): string {
  const names = valuesOf(rawHeaders, 'trailer').flatMap((value) => value.split(',').map((name) => name.trim()))
  return forwardedTrailers(
    names.flatMap((name) => (name === '' ? [] : [name, ''])),
    isRefusedTrailer,
  )
    .map(([name]) => name)
    .join(', ')
}

/** Passes on the trailers of a client, which come after its body. */
export function passTrailers(req: IncomingMessage, proxied: ClientRequest, isRefusedTrailer: IsRefusedTrailer): void {
  // Before the pipe ends the request.
  req.once('end', () => proxied.addTrailers(forwardedTrailers(req.rawTrailers, isRefusedTrailer)))
}

/**
 * Passes on an interim answer, such as 103 with its links. Node has functions for some of them only.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.2 RFC 9110, section 15.2}
 */
export function passInterim({ statusCode, statusMessage, rawHeaders }: InformationEvent, res: ServerResponse): void {
  // 100 is the answer to an Expect, see below. HTTP/1.0 knows of none.
  if (statusCode === 100 || res.req.httpVersion !== '1.1') return
  const pairs = forwardedPairs(rawHeaders, isFramingOrLength)
  const lines = pairs.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${pairs[index + 1]}`] : []))
  const head = [`HTTP/1.1 ${statusCode} ${safeReasonPhrase(statusMessage) ?? ''}`, ...lines, '', ''].join('\r\n')
  const write = (): void => {
    if (res.socket?.writable === true) res.socket.write(head, 'latin1')
  }
  // Pipelined, a response has no connection before it is its turn.
  if (res.socket === null) res.once('socket', write)
  else if (!res.headersSent) write()
}

/** Asks the app whether it wants a body, and tells the client, which sends none before. */
export function askForBody(proxied: ClientRequest, res: ServerResponse): void {
  const tell = (): void => {
    clearTimeout(timer)
    if (!res.headersSent && !res.destroyed) res.writeContinue()
  }
  const timer = setTimeout(tell, CONTINUE_MS)
  proxied.once('continue', tell)
  proxied.once('close', () => clearTimeout(timer))
  proxied.once('response', () => clearTimeout(timer))
  proxied.setHeader('expect', '100-continue')
  proxied.flushHeaders()
}
