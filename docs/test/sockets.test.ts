/** The servers of the WebSocket page that need a library: Socket.IO and express-ws. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import { io, type Socket as ClientSocket } from 'socket.io-client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { blocksOf } from './blocks.js'
import { writeBlocks } from './files.js'
import { readPage } from './pages.js'

const dev = { email: 'dev@example.com', name: 'Dev', groups: ['developers'] }
const guest = { email: 'guest@example.com', name: 'Guest', groups: ['visitors'] }

let alb: LocalAlb | undefined
const open: { close(): unknown }[] = []

async function start(name: string, accessTokenSeconds = 3600): Promise<LocalAlb> {
  const folder = writeBlocks('docs/websockets.md', blocksOf(readPage('docs/websockets.md')), `_${name}`)
  writeFileSync(join(folder, 'auth-config.json'), '{ "allowed_groups": ["developers"] }')
  vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', join(folder, 'auth-config.json'))
  vi.stubEnv('NODE_ENV', 'development')
  alb = await startLocalAlb({
    command: ['node', join(folder, `${name}.js`)],
    port: 0,
    users: [dev, guest],
    accessTokenSeconds,
  })
  return alb
}

afterEach(async () => {
  for (const socket of open.splice(0)) socket.close()
  await alb?.stop()
  alb = undefined
  vi.unstubAllEnvs()
})

describe('Socket.IO', () => {
  function connect(origin: string, path: string, headers: Record<string, string>, transport: string): ClientSocket {
    const socket = io(origin + path, {
      extraHeaders: headers,
      transports: [transport],
      reconnection: false,
      forceNew: true,
    })
    open.push(socket)
    return socket
  }

  /** What the server says first, or why it refuses. */
  async function first(socket: ClientSocket, event: string): Promise<unknown> {
    return await new Promise((resolve) => {
      socket.once(event, resolve)
      socket.once('connect_error', (error) => resolve(error.message))
    })
  }

  test.each(['polling', 'websocket'])('allows and refuses, in each namespace, by %s', async (transport) => {
    const { appUrl, headersFor } = await start('socket-io')
    expect(await first(connect(appUrl, '/', headersFor(dev), transport), 'hello')).toBe('Dev')
    expect(await first(connect(appUrl, '/reports', headersFor(dev), transport), 'reports')).toBe('dev@example.com')
    const forged = { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-oidc-accesstoken': 'a.b.c' }
    for (const path of ['/', '/reports']) {
      for (const headers of [headersFor(guest), {}, forged]) {
        expect(await first(connect(appUrl, path, headers, transport), 'hello')).toBe('refused')
      }
    }
  })

  test('disconnects when the access token expires', async () => {
    const { url, signIn } = await start('socket-io', 3)
    const socket = connect(url, '/reports', { cookie: signIn(dev).cookie }, 'websocket')
    expect(await first(socket, 'reports')).toBe('dev@example.com')
    const [reason] = (await once(socket as never, 'disconnect')) as [string]
    expect(['io server disconnect', 'transport close']).toContain(reason)
  })
})

describe('express-ws', () => {
  function connect(origin: string, path: string, headers: Record<string, string>): WebSocket {
    const socket = new WebSocket(origin.replace('http', 'ws') + path, { headers })
    open.push(socket)
    return socket
  }

  /** The first message, or the code with which the server closes. */
  async function first(socket: WebSocket): Promise<string | number> {
    return await new Promise((resolve) => {
      socket.once('message', (data) => resolve(String(data)))
      socket.once('close', resolve)
      socket.once('error', (error) => resolve(error.message))
    })
  }

  test('allows and refuses, and a path without a handler is closed', async () => {
    const { url, appUrl, signIn } = await start('express-ws')
    const asDev = { cookie: signIn(dev).cookie }
    expect(await first(connect(url, '/live', asDev))).toBe('Hello, Dev')
    const strangers = [
      connect(url, '/live', { cookie: signIn(guest).cookie }),
      connect(appUrl, '/live', {}),
      connect(appUrl, '/live', { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-oidc-accesstoken': 'a.b.c' }),
      connect(appUrl, '/live?x=/health', {}),
      connect(appUrl, '/health/../live', {}),
      connect(url, '/nowhere', asDev),
    ]
    expect(new Set(await Promise.all(strangers.map(first)))).toEqual(new Set([1005]))
  })

  test('closes with 4401 when the access token expires', async () => {
    const { url, signIn } = await start('express-ws', 3)
    const socket = connect(url, '/live', { cookie: signIn(dev).cookie })
    expect(await first(socket)).toBe('Hello, Dev')
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4401)
  })

  test('lives on when a stranger sends what is no WebSocket frame, before anything is verified', async () => {
    const { url, appUrl, headersFor, rotateKeys, setFault, signIn } = await start('express-ws')
    rotateKeys()
    setFault('keys_slow')
    const socket = connect(appUrl, '/live', { ...headersFor(dev) })
    await once(socket, 'open')
    const raw = Reflect.get(socket, '_socket') as Socket
    raw.write(Buffer.alloc(16, 0xff))
    await once(socket, 'close')
    setFault(undefined)
    expect(await first(connect(url, '/live', { cookie: signIn(dev).cookie }))).toBe('Hello, Dev')
  })
})
