/**
 * HTTP byte by byte, for requests that no well-behaved client sends.
 *
 * @module
 */

import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

const portOf = (url: string): number => Number(new URL(url).port)

/** A connection to the server of a URL. */
export async function open(url: string): Promise<Socket> {
  const socket = connect(portOf(url), '127.0.0.1')
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

/** The head of a request: its lines, and the empty one. */
export const head = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`

/** Sends bytes; everything that comes back until the server closes. */
export async function send(url: string, bytes: string): Promise<string> {
  const socket = await open(url)
  socket.write(bytes)
  return await text(socket)
}

/** The status of an answer. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
