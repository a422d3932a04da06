import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { createApp } from '../src/app.js'
import { admin, authoriser, listen, signedIn } from './apps.js'

/** The compiled app, loaded by Node itself as a program would: CommonJS in Nest 10 and 11, both kinds in Nest 12. */
const builds = ['../dist/app.js', '../dist/cjs/app.js'].filter((path) => existsSync(new URL(path, import.meta.url)))

describe.each(builds)('%s', (path) => {
  const compiled = createRequire(import.meta.url)(path) as { createApp: typeof createApp }

  let alb: TestAlb
  let origin: string

  beforeAll(async () => {
    alb = await createTestAlb()
    origin = await listen(await compiled.createApp({ ...alb.options, authoriser }))
  })

  test('the compiled app protects its routes', async () => {
    const headers = await alb.headersFor(signedIn)
    expect(JSON.parse((await sendRaw(origin, { path: '/', headers })).body)).toEqual({
      email: 'dev@example.com',
      same: true,
      hasSettings: true,
    })
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' },
    })
    expect(await sendRaw(origin, { path: '/health' })).toMatchObject({ status: 200 })
    expect(await sendRaw(origin, { path: '/maybe' })).toMatchObject({ status: 200, body: '{"email":null}' })
    expect(await sendRaw(origin, { path: '/admin', headers: await alb.headersFor(admin) })).toMatchObject({
      status: 403,
    })
  })

  test('the compiled app protects its gateway, at the handshake', async () => {
    const url = origin.replace('http', 'ws')
    const socket = new WebSocket(url, { headers: await alb.headersFor(signedIn) })
    await once(socket, 'open')
    socket.send(JSON.stringify({ event: 'me' }))
    const [data] = (await once(socket, 'message')) as [Buffer]
    expect(JSON.parse(data.toString('utf8'))).toEqual({ event: 'me', data: 'dev@example.com' })
    socket.close()
    const refused = new WebSocket(url)
    refused.on('error', () => undefined)
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(401)
  })
})
