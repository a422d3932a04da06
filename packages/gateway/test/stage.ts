/**
 * What the tests of the gateway share: a load balancer, an app that tells what it got, and requests byte for byte.
 *
 * @module
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net'
import { Authoriser } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { type Gateway, type GatewayOptions, startGateway } from '../src/index.js'

/** What the app got of a request. */
export interface Seen {
  readonly method: string
  readonly url: string
  /** By lower-case name; every line. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly trailers: Readonly<Record<string, string | undefined>>
  readonly bytes: number
}

/** An app, and what it got. */
export interface TestApp {
  readonly url: string
  readonly server: Server
  readonly seen: Seen[]
  /** Connections that were made to it. */
  connections: number
  close(): Promise<void>
}

function linesOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const lines: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (let index = 0; index < rawHeaders.length; index += 2)
    (lines[(rawHeaders[index] ?? '').toLowerCase()] ??= []).push(rawHeaders[index + 1] ?? '')
  return lines
}

/** An app that answers what it got, or as `listener` does; at `port`, which it may close and open again, or at any. */
export async function startApp(listener?: RequestListener, port = 0): Promise<TestApp> {
  const seen: Seen[] = []
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (req, res) => {
    if (listener !== undefined) return listener(req, res)
    let bytes = 0
    req.on('data', (chunk: Buffer) => (bytes += chunk.length))
    req.on('end', () => {
      const { method = '', url = '', trailers } = req
      const one = { method, url, headers: linesOf(req), trailers, bytes }
      seen.push(one)
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify(one))
    })
  })
  const sockets = new Set<Socket>()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const app: TestApp = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    seen,
    connections: 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('connection', (socket) => {
    app.connections += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return app
}

/** An app that speaks no HTTP of Node's: it gets what comes on each connection. Its `close` is among `closers`. */
export async function startRawApp(
  onRequest: (socket: Socket, text: string, nth: number) => void,
  closers: (() => void)[],
): Promise<string> {
  let requests = 0
  const server = createNetServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => onRequest(socket, chunk.toString('latin1'), (requests += 1)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Members of the group `developers` are allowed. */
export const AUTHORISER = Authoriser.fromLists({ allowedGroups: ['developers'] })
export const ADA = { email: 'ada@example.com', name: 'Ada Lovelace', groups: ['developers'] }
export const GUEST = { email: 'guest@example.com', groups: ['guests'] }

/** A gateway with its load balancer. */
export interface Stage {
  readonly alb: TestAlb
  readonly gateway: Gateway
  readonly port: number
}

/** Starts a gateway on a free port of 127.0.0.1. */
export async function startStage(options: GatewayOptions, alb?: TestAlb): Promise<Stage> {
  const own = alb ?? (await createTestAlb())
  const gateway = await startGateway({
    ...own.options,
    authoriser: AUTHORISER,
    listen: '127.0.0.1:0',
    drainSeconds: 0,
    ...options,
  })
  return { alb: own, gateway, port: Number(new URL(gateway.url).port) }
}

/** Header lines of a request; a list is a header that comes more than once. */
export type Lines = Readonly<Record<string, string | readonly string[]>>

/** The head of a request. */
export function head(method: string, target: string, lines: Lines, version = 'HTTP/1.1'): string {
  const all = Object.entries(lines).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
  return [`${method} ${target} ${version}`, ...all, '', ''].join('\r\n')
}

/** Sends bytes as they are, and reads until the connection ends, or `until` is in what came. */
export async function exchange(port: number, bytes: string | Buffer, until?: RegExp): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const timer = setTimeout(() => socket.destroy(new Error(`no end of the answer in 10 s: ${text}`)), 10_000)
    const done = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(text)
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (until?.test(text) === true) done()
    })
    socket.once('end', done)
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      // What was answered counts; that the connection was reset afterwards does not.
      if (text !== '' && error.code === 'ECONNRESET') done()
      else reject(error)
    })
    socket.write(bytes)
  })
}
