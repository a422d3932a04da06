import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { startFailingApp } from './failing-app.js'
import { head, open, send, statusOf } from './raw-http.js'

let app: Awaited<ReturnType<typeof startFailingApp>>
let alb: LocalAlb
/** Gives the app a minute, so that nothing here is late by chance. */
let patient: LocalAlb
const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)

beforeAll(async () => {
  app = await startFailingApp()
  const options = { target: app.url, port: 0, rules: [{ path: '/*', action: 'none' }] } as const
  alb = await startLocalAlb({ ...options, timeoutSeconds: 1 })
  patient = await startLocalAlb(options)
})

beforeEach(async () => {
  // The outage of the test before is over.
  await (await fetch(alb.url)).text()
  said.mockClear()
})

afterAll(async () => {
  await alb.stop()
  await patient.stop()
  await app.stop()
})

const SOCKET = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AA==']
const socketTo = async (path: string): Promise<string> =>
  await send(alb.url, head(`GET ${path} HTTP/1.1`, 'Host: localhost', ...SOCKET))

/** Recent requests as the status page shows them: answers, the latest first. */
async function recent(url = alb.url): Promise<string[]> {
  const page = await (await fetch(`${url}/_local-alb`)).text()
  return [...page.matchAll(/<td class="(?:good|bad)">([^<]*)/g)].map(([, answer]) => answer ?? '')
}

test.each([
  ['/slow', 504, 'has not answered within 1 seconds'],
  ['/cut', 502, 'hung up before it had answered (ECONNRESET)'],
  ['/garbage', 502, 'is no HTTP'],
  ['/headers/40000', 502, 'over 32 K of headers (HPE_HEADER_OVERFLOW)'],
])('a request to %s is %i, and the page and stderr say why', async (path, status, why) => {
  const response = await fetch(alb.url + path)
  expect(response.status).toBe(status)
  expect(await response.text()).toContain(why)
  expect(said.mock.calls.flat()).toEqual([expect.stringMatching(/^local-alb: .*http:\/\/127\.0\.0\.1:\d+/)])
  expect((await recent())[0]).toBe(String(status))
})

test.each(['000', '099', '101'])('an answer with the status %s, which is none, is 502', async (status) => {
  expect((await fetch(`${alb.url}/status/${status}`)).status).toBe(502)
  expect((await recent())[0]).toBe('502')
})

test('a 101 that upgrades to nothing is 502 for a WebSocket, too', async () => {
  expect(await socketTo('/stray')).toMatch(/^HTTP\/1\.1 502 /)
  expect((await recent())[0]).toBe('502')
})

test.each([
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 304],
])('an answer to %s with %i goes on without the body that it must not have', async (method, status) => {
  const lines = ['Host: localhost', 'Connection: close']
  const answer = await send(alb.url, head(`${method} /body/${status} HTTP/1.1`, ...lines))
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} Odd\r\n[^]*\r\n\r\n$`))
  expect(answer).not.toContain('<p>')
})

test('an answer may have up to 32 K of headers', async () => {
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const req = request(`${alb.url}/headers/30000`, { maxHeaderSize: 65_536 }, (res) =>
      resolve(res.resume().statusCode),
    )
    req.on('error', reject).end()
  })
  expect(answer).toBe(200)
})

test('a slow app is 504 for one who waits for 100 Continue, too', async () => {
  const lines = ['Host: localhost', 'Expect: 100-continue', 'Content-Length: 3', 'Connection: close']
  const answer = await send(alb.url, `${head('POST /slow HTTP/1.1', ...lines)}abc`)
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 504 /)
})

test.each([
  ['/slow', 504],
  ['/cut', 502],
  ['/else', 403],
])('a WebSocket to %s is %i', async (path, status) => {
  expect(statusOf(await socketTo(path))).toBe(status)
  expect((await recent())[0]).toBe(String(status))
})

test('a WebSocket on a connection that was used before is told so, too', async () => {
  const socket = await open(alb.url)
  socket.write(head('GET /well HTTP/1.1', 'Host: localhost'))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.write(head('GET /cut HTTP/1.1', 'Host: localhost', ...SOCKET))
  expect(statusOf(await text(socket))).toBe(502)
})

test('a dead app is named on each page, and once on stderr until it answers again', async () => {
  await app.stop()
  const sentence = `Nothing answers at ${app.url} (ECONNREFUSED)`
  expect(await (await fetch(alb.url)).text()).toContain(sentence)
  expect(await (await fetch(alb.url)).text()).toContain(sentence)
  expect(statusOf(await socketTo('/taken'))).toBe(502)
  expect(said.mock.calls).toEqual([[`local-alb: ${sentence}`]])
  await app.restart()
  expect((await fetch(alb.url)).status).toBe(200)
  await app.stop()
  expect((await fetch(alb.url)).status).toBe(502)
  expect(said).toHaveBeenCalledTimes(2)
  await app.restart()
})

test('an app that hangs up in the middle is no outage, and the client sees the connection break', async () => {
  await expect((await fetch(`${alb.url}/truncated`)).text()).rejects.toThrow('terminated')
  expect((await recent())[0]).toBe('200')
  expect(said).not.toHaveBeenCalled()
})

test('an answer that has begun is shown, a WebSocket that was taken, and a client that left', async () => {
  const events = await fetch(`${patient.url}/events`)
  expect(await recent(patient.url)).toEqual(['200'])
  const socket = await open(patient.url)
  socket.write(head('GET /taken HTTP/1.1', 'Host: localhost', ...SOCKET))
  await new Promise((resolve) => socket.once('data', resolve))
  expect(await recent(patient.url)).toEqual(['101', '200'])
  const client = await open(patient.url)
  client.write(head('GET /slow HTTP/1.1', 'Host: localhost'))
  await vi.waitFor(async () => expect((await recent(patient.url))[0]).toBe('no answer yet'), 10_000)
  client.destroy()
  await vi.waitFor(async () => expect((await recent(patient.url))[0]).toBe('client left'), 10_000)
  socket.destroy()
  await events.body?.cancel()
  expect(await recent(patient.url)).toEqual(['client left', '101', '200'])
  expect(said).not.toHaveBeenCalled()
})

test('a health check that nobody answers is shown', async () => {
  await app.stop()
  const checking = await startLocalAlb({ target: app.url, port: 0, healthPath: '/health' })
  try {
    const page = async () => await (await fetch(`${checking.url}/_local-alb`)).text()
    await vi.waitFor(async () => expect(await page()).toContain('>no answer<'), 10_000)
  } finally {
    await checking.stop()
    await app.restart()
  }
})
