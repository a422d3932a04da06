/** With `everything: true`, connections to GraphQL's endpoint: operations over them lead past what checks requests. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { Authoriser } from '@cognito-auth/core'
import { createTestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type DynamicModule, type Type, UseGuards } from '@nestjs/common'
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql'
import { WsAdapter } from '@nestjs/platform-ws'
import { WebSocketGateway } from '@nestjs/websockets'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { CognitoAuthGuard, CognitoAuthModule, type CognitoAuthModuleOptions, Public } from '../src/index.js'
import { authoriser, create, listen, type Platform, platforms, signedIn, stranger } from './apps.js'
import { closed, type Headers } from './gateways.js'
import { alb, AppModule, useModuleApps } from './module-app.js'

useModuleApps()

async function* ticks(): AsyncGenerator<object> {
  yield { ticks: 'tick' }
}

@Resolver('Query')
class Reads {
  @Query()
  mine(): string {
    return 'mine'
  }

  @Subscription()
  ticks(): AsyncGenerator<object> {
    return ticks()
  }
}

@Public()
@Resolver('Query')
class OpenReads {
  @Query()
  open(): string {
    return 'open'
  }
}

function appModule(
  options: CognitoAuthModuleOptions = {},
  { more = {}, providers = [] as Type[] } = {},
): DynamicModule {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    typeDefs: 'type Query { mine: String plain: String open: String } type Subscription { ticks: String }',
    // No handler of Nest stands behind it.
    resolvers: { Query: { plain: () => 'SECRET' } },
    subscriptions: { 'graphql-ws': true },
    ...more,
  })
  const everything = { ...alb.options, authoriser, global: true, everything: true, ...options }
  return {
    module: AppModule,
    imports: [CognitoAuthModule.forRoot(everything), graphql],
    providers: [Reads, ...providers],
  }
}

async function start(platform: Platform, ...given: Parameters<typeof appModule>): Promise<string> {
  return await listen(await create(appModule(...given), platform))
}

/** What somebody hears who sends an operation over a connection; the status, where there is none. */
async function ask(origin: string, query: string, headers: Headers = {}, path = '/graphql'): Promise<unknown> {
  const socket = closed(new WebSocket(`${origin.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers }))
  return await new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })))
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as { type: string; payload?: { data?: unknown } }
      if (message.type === 'next') resolve(message.payload?.data)
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
      }
    })
  })
}

const INTROSPECTION = '{ __schema { queryType { name } } }'

describe.each(platforms)('on $platform', ({ platform }) => {
  test('a stranger gets none, and so hears of nothing that no resolver asks about', async () => {
    const origin = await start(platform)
    for (const query of ['{ plain }', INTROSPECTION, '{ mine }', 'subscription { ticks }']) {
      expect(await ask(origin, query)).toBe(401)
      expect(await ask(origin, query, await alb.headersFor(stranger))).toBe(403)
      expect(await ask(origin, query, await alb.headersFor(signedIn, { fault: 'bad_signature' }))).toBe(401)
    }
  })

  test('a user gets one', async () => {
    const origin = await start(platform)
    const headers = await alb.headersFor(signedIn)
    expect(await ask(origin, '{ plain }', headers)).toEqual({ plain: 'SECRET' })
    expect(await ask(origin, '{ mine }', headers)).toEqual({ mine: 'mine' })
    expect(await ask(origin, 'subscription { ticks }', headers)).toEqual({ ticks: 'tick' })
  })

  test('everybody gets one where an operation is open: the resolvers decide', async () => {
    const origin = await start(platform, {}, { providers: [OpenReads] })
    expect(await ask(origin, '{ open }')).toEqual({ open: 'open' })
    expect(await ask(origin, '{ mine }')).toEqual({ mine: null })
  })

  test('everybody gets one where its path is bypassed, or not everything is protected', async () => {
    for (const options of [{ bypass: ['/graphql'] }, { everything: false }]) {
      expect(await ask(await start(platform, options), INTROSPECTION)).toMatchObject({ __schema: {} })
    }
  })

  test('a path of its own is checked as well', async () => {
    const more = { subscriptions: { 'graphql-ws': { path: '/live' } } }
    const origin = await start(platform, {}, { more })
    expect(await ask(origin, '{ plain }', {}, '/live')).toBe(401)
    expect(await ask(origin, '{ plain }', await alb.headersFor(signedIn), '/live')).toEqual({ plain: 'SECRET' })
  })
})

test('a refusal is the problem document', async () => {
  const origin = await start('express')
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.write('GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString('utf8')))
  await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
  expect(answer).toMatch(/\r\ncontent-type: application\/problem\+json\r\n/i)
  expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i)
  expect(answer).toMatch(/\r\n\r\n\{"type":"about:blank","title":"Unauthorized","status":401,"code":"missing_token"\}$/)
})

test.each([true, false])('a client that leaves while it is verified ends nothing, allowed: %s', async (allowed) => {
  const decisions: ((isAllowed: boolean) => void)[] = []
  const rule = {
    name: 'waits',
    isAllowed: async (): Promise<boolean> => await new Promise<boolean>((resolve) => decisions.push(resolve)),
  }
  const origin = await start('express', { authoriser: new Authoriser({ rules: [rule] }) })
  const headers = await alb.headersFor(signedIn)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.write(`GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines.join('')}\r\n`)
  await vi.waitUntil(() => decisions.length > 0)
  socket.resetAndDestroy()
  await once(socket, 'close')
  decisions.forEach((decide) => decide(allowed))
  expect((await fetch(origin)).status).toBe(401)
})

test('gateways check their own handshakes', async () => {
  @Public()
  @WebSocketGateway({ path: '/open' })
  class Open {}
  @UseGuards(CognitoAuthGuard)
  @WebSocketGateway({ path: '/guarded' })
  class Guarded {}
  const app = await create(appModule({}, { providers: [Open, Guarded] }))
  app.useWebSocketAdapter(new WsAdapter(app))
  const origin = (await listen(app)).replace('http', 'ws')
  await once(closed(new WebSocket(`${origin}/open`)), 'open')
  const [, { statusCode }] = (await once(
    closed(new WebSocket(`${origin}/guarded`)).on('error', () => undefined),
    'unexpected-response',
  )) as [unknown, { statusCode: number }]
  expect(statusCode).toBe(401)
})

test('a connection ends after the access token has expired, whatever was asked over it', async () => {
  const own = await createTestAlb({ accessTokenLifetimeSeconds: 3 })
  const origin = await start('express', own.options)
  const headers = await own.headersFor(signedIn)
  const socket = closed(new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers }))
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init' }))
  expect(await once(socket, 'close')).toEqual([1006, expect.anything()])
})
