import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@cognito-auth/http-kit/ports'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { describe, expect, test } from 'vitest'
import { appOf, rawApp, stageOf, tokens, useFreshStages } from './fresh-stages.js'
import { exchange, head } from './stage.js'

const PAGE = { 'sec-fetch-dest': 'document', accept: 'text/html' }

useFreshStages()

describe('an app that does not answer', () => {
  test.each<[string, (socket: Socket) => void, number, string]>([
    ['hangs up', (socket) => socket.destroy(), 502, 'upstream_unavailable'],
    ['ends the connection', (socket) => socket.end(), 502, 'upstream_unavailable'],
    ['speaks no HTTP', (socket) => socket.end('220 smtp ready\r\n'), 502, 'upstream_unavailable'],
    ['answers half a head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'), 502, 'upstream_unavailable'],
    [
      'answers with more than 32 KiB of headers',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(40)}\r\n`),
      502,
      'upstream_unavailable',
    ],
    [
      'switches to what nobody asked for',
      (socket) => socket.end('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      502,
      'upstream_unavailable',
    ],
    ['says nothing', () => undefined, 504, 'upstream_timeout'],
  ])('%s', async (_, onRequest, status, code) => {
    const timeoutSeconds = code === 'upstream_timeout' ? 0.3 : 10
    const { gateway } = await stageOf({ upstream: await rawApp(onRequest), timeoutSeconds })
    for (const method of ['GET', 'POST']) {
      const answer = await sendRaw(gateway.url, { method, path: '/', headers: tokens })
      expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } })
      expect(JSON.parse(answer.body)).toMatchObject({ status, code })
    }
    const page = await sendRaw(gateway.url, { path: '/', headers: { ...tokens, ...PAGE } })
    expect(page).toMatchObject({ status, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(page.body).toContain(code)
    expect(page.body).not.toContain('127.0.0.1')
  })

  test('is not up yet, and then is', async () => {
    const port = await freePort()
    const app = await appOf(undefined, port)
    await app.close()
    const { gateway } = await stageOf({ upstream: app.url })
    expect(await sendRaw(gateway.url, { path: '/', headers: tokens })).toMatchObject({ status: 502 })
    expect(await sendRaw(gateway.url, { path: '/_cognito-auth/ready' })).toMatchObject({ status: 503 })
    app.server.listen(port, '127.0.0.1')
    await once(app.server, 'listening')
    expect(await sendRaw(gateway.url, { path: '/_cognito-auth/ready' })).toMatchObject({ status: 200 })
    expect(await sendRaw(gateway.url, { path: '/', headers: tokens })).toMatchObject({ status: 200 })
  })

  test('with errorPage, the page is one of your own', async () => {
    const { gateway } = await stageOf({
      upstream: await rawApp((socket) => socket.destroy()),
      errorPage: ({ status, code, title }) => `mine ${status} ${code} ${title}`,
    })
    const { body } = await sendRaw(gateway.url, { path: '/', headers: { ...tokens, ...PAGE } })
    expect(body).toBe('mine 502 upstream_unavailable Bad Gateway')
  })

  test('dies in the middle of an answer: the client does not take it for a whole one', async () => {
    const upstream = await rawApp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
      setTimeout(() => socket.destroy(), 50)
    })
    const { gateway } = await stageOf({ upstream })
    await expect(fetch(gateway.url, { headers: tokens }).then(async (answer) => await answer.text())).rejects.toThrow(
      'terminated',
    )
  })

  test('sends its first byte in time, and takes longer for the rest', async () => {
    const app = await appOf((_, res) => {
      res.write('first,')
      setTimeout(() => res.end('last'), 1200)
    })
    const { gateway } = await stageOf({ upstream: app.url, timeoutSeconds: 1 })
    expect(await sendRaw(gateway.url, { path: '/', headers: tokens })).toMatchObject({
      status: 200,
      body: 'first,last',
    })
  })

  test('reads a slow upload for longer than it may be silent, also after a pause of the process', async () => {
    const app = await appOf()
    const { port } = await stageOf({ upstream: app.url, timeoutSeconds: 0.4 })
    const text = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let all = ''
      socket.on('data', (chunk) => (all += chunk.toString('latin1')))
      socket.on('close', () => resolve(all))
      socket.write(head('POST', '/', { host: 'a', connection: 'close', ...tokens, 'content-length': '8' }))
      void (async () => {
        for (let index = 0; index < 8; index += 1) {
          await sleep(150)
          socket.write('x')
          if (index === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
        }
      })()
    })
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*"bytes":8/)
  })
})

describe('connections to the app', () => {
  test('are kept for reading, and made anew for what must not be sent twice', async () => {
    const app = await appOf()
    const { gateway } = await stageOf({ upstream: app.url })
    for (let index = 0; index < 5; index += 1) await sendRaw(gateway.url, { path: '/', headers: tokens })
    expect(app.connections).toBe(1)
    await sendRaw(gateway.url, { method: 'POST', path: '/', headers: tokens })
    expect(app.connections).toBe(2)
  })

  test.each([
    ['GET', {}, 200, 3],
    ['HEAD', {}, 200, 3],
    ['GET', { 'content-length': '2' }, 200, 2],
    ['DELETE', {}, 200, 2],
  ])('%s with %j where a kept one proves closed', async (method, lines, status, requests) => {
    // The second request on a connection is met by its end.
    const seen = new WeakMap<object, number>()
    let all = 0
    const upstream = await rawApp((socket) => {
      const nth = (seen.get(socket) ?? 0) + 1
      seen.set(socket, nth)
      all += 1
      if (nth > 1) socket.destroy()
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    const { gateway, port } = await stageOf({ upstream })
    await sendRaw(gateway.url, { path: '/', headers: tokens })
    const text = await exchange(
      port,
      `${head(method, '/', { host: 'a', connection: 'close', ...tokens, ...lines })}{}`.slice(
        0,
        'content-length' in lines ? undefined : -2,
      ),
    )
    expect(Number(text.slice(9, 12))).toBe(status)
    expect(all).toBe(requests)
  })

  test('an answer that never comes is not asked for twice', async () => {
    let all = 0
    const upstream = await rawApp((socket) => {
      all += 1
      if (all === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    const { gateway } = await stageOf({ upstream, timeoutSeconds: 1 })
    await sendRaw(gateway.url, { path: '/', headers: tokens })
    expect(await sendRaw(gateway.url, { path: '/', headers: tokens })).toMatchObject({ status: 504 })
    expect(all).toBe(2)
  })

  test('a client that leaves ends its request to the app', async () => {
    let hasEnded: (() => void) | undefined
    const ended = new Promise<void>((resolve) => (hasEnded = resolve))
    let hasBegun: (() => void) | undefined
    const begun = new Promise<void>((resolve) => (hasBegun = resolve))
    const app = await appOf((req, res) => {
      res.write('x')
      hasBegun?.()
      req.socket.once('close', () => hasEnded?.())
    })
    const { port } = await stageOf({ upstream: app.url })
    const socket = connect(port, '127.0.0.1')
    socket.write(head('GET', '/', { host: 'a', ...tokens }))
    await begun
    socket.destroy()
    await ended
    expect(app.connections).toBe(1)
  })
})
