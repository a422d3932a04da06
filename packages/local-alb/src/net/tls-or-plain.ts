/**
 * One port for TLS and plain HTTP: what a client says first tells which it speaks.
 *
 * People are redirected from plain HTTP to TLS, as a listener on port 80 does it. Keys are had by plain HTTP: an app
 * could not trust a certificate that was made a moment ago.
 *
 * @module
 */

import { createServer, type Server, type Socket } from 'node:net'

/** The type of a TLS handshake record (RFC 8446, section 5.1). */
const HANDSHAKE = 22

/** Whatever takes connections that another server accepted. */
interface Taker {
  emit(event: 'connection', socket: Socket): boolean
}

/** A server that hands each connection to one of two; it is not listening yet. */
export function createTlsOrPlain(secure: Taker, plain: Taker): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    // Until one of them has it, a reset would be an unhandled error.
    const ignore = (): void => void socket.destroy()
    socket.once('error', ignore)
    socket.once('data', (chunk: Buffer) => {
      socket.pause()
      socket.removeListener('error', ignore)
      socket.unshift(chunk)
      ;(chunk[0] === HANDSHAKE ? secure : plain).emit('connection', socket)
      // Whoever has it reads it when they are ready.
      process.nextTick(() => socket.resume())
    })
  })
}
