import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { closeAtExpiry, createMockUser } from '../src/index.js'

let server: Server

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
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
  server.close()
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
