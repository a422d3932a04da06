import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { type Dir, type FSWatcher, opendirSync, watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type ClientRequest, createServer, get, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type ClientHttp2Session, connect, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { createInterface, type Interface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { closeAtExpiry, createMockUser, type Expirable } from '../src/index.js'

let server: Server | undefined

afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

async function listen(one: Server): Promise<number> {
  server = one
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  return (one.address() as AddressInfo).port
}

const almostExpired = () => createMockUser({ expiresAt: new Date(Date.now() + 50) })

function stream(response: Pick<ServerResponse, 'writeHead' | 'write'>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('data: hello\n\n')
}

test.each(['the response', 'its socket'])('server-sent events end when the access token does, by %s', async (what) => {
  const port = await listen(
    createServer((_, response) => {
      stream(response)
      closeAtExpiry(what === 'the response' ? response : (response.socket ?? response), almostExpired())
    }),
  )
  const [answer] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [IncomingMessage]
  let text = ''
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const [error] = (await once(answer, 'error')) as [NodeJS.ErrnoException]
  expect({ text, code: error.code, isComplete: answer.complete }).toEqual({
    text: 'data: hello\n\n',
    code: 'ECONNRESET',
    isComplete: false,
  })
})

test.each(['the response', 'the stream'])('those of HTTP/2 too, by %s', async (what) => {
  const port = await listen(
    createHttp2Server((_, response) => {
      stream(response as unknown as ServerResponse)
      closeAtExpiry(what === 'the response' ? response : response.stream, almostExpired())
    }),
  )
  const session = connect(`http://127.0.0.1:${port}`)
  const request = session.request({ ':path': '/' })
  request.resume()
  await once(request, 'close')
  expect(request.closed).toBe(true)
  session.close()
})

test('work that goes by an AbortController ends, and fetch with it', async () => {
  const port = await listen(createServer((_, response) => stream(response)))
  const controller = new AbortController()
  const answer = await fetch(`http://127.0.0.1:${port}`, { signal: controller.signal })
  closeAtExpiry(controller, almostExpired())
  await expect(answer.text()).rejects.toMatchObject({ code: 'expired_token' })
})

test('an answer that ended before is whole', async () => {
  const port = await listen(
    createServer((_, response) => {
      closeAtExpiry(response, almostExpired())
      response.end('done')
    }),
  )
  const response = await fetch(`http://127.0.0.1:${port}`)
  expect(await response.text()).toBe('done')
})

/** As that of `ws`. */
class WebSocketServer extends EventEmitter {
  readonly clients = new Set()

  close(): void {}

  handleUpgrade(): void {}
}

const openFile = await open(fileURLToPath(import.meta.url))

const nowhere = { host: '127.0.0.1', port: 9, signal: AbortSignal.abort() }

test.each<[string, () => unknown, (one: never) => unknown]>([
  ['a server of WebSockets', () => new WebSocketServer(), () => undefined],
  ['a server of HTTP/2', () => createHttp2Server(), () => undefined],
  ['a session of HTTP/2', () => connect('http://127.0.0.1:9'), (one: ClientHttp2Session) => one.destroy()],
  ['a request that is sent', () => request(nowhere), (one: ClientRequest) => one.destroy()],
  ['a web stream', () => new WritableStream(), () => undefined],
  ['the writer of one', () => new WritableStream().getWriter(), () => undefined],
  ['an open file', () => openFile, async (one: FileHandle) => await one.close()],
  ['an open folder', () => opendirSync(tmpdir()), (one: Dir) => one.closeSync()],
  ['a watched folder', () => watch(tmpdir()), (one: FSWatcher) => one.close()],
  ['a message port', () => new MessageChannel().port1, (one: InstanceType<typeof MessagePort>) => one.close()],
  [
    'a broadcast channel',
    () => new BroadcastChannel('test'),
    (one: InstanceType<typeof BroadcastChannel>) => one.close(),
  ],
  ['readline', () => createInterface({ input: new PassThrough() }), (one: Interface) => one.close()],
  ['a UDP socket', () => createSocket('udp4'), (one: Socket) => one.close()],
  [
    'a child process',
    () => spawn(process.execPath, ['-v'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    (one: ChildProcess) => one.kill(),
  ],
  ['a timer', () => setTimeout(() => undefined, 60_000), (one: NodeJS.Timeout) => clearTimeout(one)],
])('%s is refused at once: its end is not that of one connection', async (_, make, end) => {
  const one = make()
  if (one instanceof EventEmitter) one.on('error', () => undefined)
  expect(() => closeAtExpiry(one as Expirable, almostExpired())).toThrow(/^closeAtExpiry\(\) takes a WebSocket/)
  await end(one as never)
})
