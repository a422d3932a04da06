/** Files, WebSockets, HTTP/2: what answers beside handlers. */

import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import websocket from '@fastify/websocket'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw, statusOverHttp2 } from '@cognito-auth/testing/behaviour'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { cognitoAuth, getUser } from '../src/index.js'
import { authoriser, listen, signedIn } from './apps.js'

let alb: TestAlb
let headers: Record<string, string>

beforeAll(async () => {
  alb = await createTestAlb()
  headers = await alb.headersFor(signedIn)
})

describe('@fastify/static', () => {
  let site: string

  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'cognito-auth-'))
    for (const folder of ['public', 'private']) {
      await mkdir(join(site, folder))
      await writeFile(join(site, folder, 'a.txt'), `${folder} file`)
    }
  })

  afterAll(async () => {
    await rm(site, { recursive: true })
  })

  describe.each(['before', 'after'])('registered %s', (when) => {
    test.each([
      ['/public/a.txt', 200],
      ['/private/a.txt', 401],
      ['/public/../private/a.txt', 401],
      ['/public/%2e%2e/private/a.txt', 401],
      ['/public/..%2fprivate/a.txt', 401],
      ['/public/..%5cprivate/a.txt', 401],
      ['//private/a.txt', 401],
      ['/%70rivate/a.txt', 401],
      ['/public//../private/a.txt', 401],
    ])('GET %s is answered with %i', async (path, status) => {
      const app = Fastify()
      if (when === 'before') await app.register(fastifyStatic, { root: site })
      await app.register(cognitoAuth, { ...alb.options, authoriser, bypass: ['/public/*'] })
      if (when === 'after') await app.register(fastifyStatic, { root: site })
      const origin = await listen(app)
      const response = await sendRaw(origin, { path })
      expect(response.status).toBe(status)
      expect(response.body).not.toContain('private file')
      expect((await sendRaw(origin, { path: '/private/a.txt', headers })).body).toBe('private file')
    })
  })
})

describe('@fastify/websocket', () => {
  async function start(): Promise<string> {
    const app = Fastify()
    await app.register(websocket)
    await app.register(cognitoAuth, { ...alb.options, authoriser })
    app.get('/', { websocket: true }, (socket, request) => {
      socket.send(getUser(request).email)
    })
    return (await listen(app)).replace('http', 'ws')
  }

  test('an upgrade is refused before the handler', async () => {
    const socket = new WebSocket(await start())
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toMatch(/401/)
  })

  test('the handler finds the user', async () => {
    const socket = new WebSocket(await start(), { headers })
    const [message] = (await once(socket, 'message')) as [Buffer]
    expect(message.toString()).toBe(signedIn.email)
    socket.terminate()
  })
})

test.each<[string, () => Record<string, string>, number]>([
  ['without tokens', () => ({}), 401],
  ['of a user', () => headers, 200],
  ['with a second value', () => ({ ...headers, 'x-amzn-oidc-data': `${headers['x-amzn-oidc-data']}, x.y.z` }), 401],
])('HTTP/2: a request %s', async (_, headersOf, status) => {
  const app = Fastify({ http2: true })
  await app.register(cognitoAuth, { ...alb.options, authoriser })
  app.get('/', { onRequest: app.cognitoAuth.optional() }, (request) => getUser(request).email)
  expect(await statusOverHttp2(await listen(app as never), '/', headersOf())).toBe(status)
})

test('HTTP/2: a redirect to where the request is already is none', async () => {
  const app = Fastify({ http2: true })
  await app.register(cognitoAuth, { ...alb.options, authoriser, redirectUrl: 'https://app.example/denied' })
  const origin = await listen(app as never)
  expect([await statusOverHttp2(origin, '/'), await statusOverHttp2(origin, '/denied')]).toEqual([302, 401])
})
