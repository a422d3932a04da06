import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { CognitoAuth, createMockUser, type User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { Controller, Get, type INestApplication, type Type, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { Test } from '@nestjs/testing'
import { SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket, type WebSocketServer as WsServer } from 'ws'
import { AuthUser, CognitoAuthGuard, OptionalAuth, Public, RequireGroups } from '../src/index.js'
import { authenticateAs } from '../src/testing.js'
import {
  authoriser,
  create,
  listen,
  nestMajor,
  signedIn,
  SO_FROM_NEST_11,
  SO_FROM_NEST_12,
  SO_IN_NEST_10,
  stranger,
} from './apps.js'
import { AppModule, appModule, closed, Handlers, type Headers } from './gateways.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

describe('with ws', () => {
  async function start(providers: Type[], more?: object): Promise<string> {
    const app = await create(appModule(alb, providers, more))
    app.useWebSocketAdapter(new WsAdapter(app))
    return (await listen(app)).replace('http', 'ws')
  }

  function open(url: string, headers: Headers = {}): WebSocket {
    return closed(new WebSocket(url, { headers }))
  }

  /** The answer to an upgrade that is refused. */
  async function refusal(
    url: string,
    headers?: Headers,
  ): Promise<{ status: number | undefined; body: string; type: unknown }> {
    const socket = open(url, headers)
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return {
      status: response.statusCode,
      body: Buffer.concat(chunks).toString('utf8'),
      type: response.headers['content-type'],
    }
  }

  async function ask(socket: WebSocket, event: string): Promise<unknown> {
    if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open')
    socket.send(JSON.stringify({ event }))
    const [data] = (await once(socket, 'message')) as [Buffer]
    return JSON.parse(data.toString('utf8'))
  }

  @UseGuards(CognitoAuthGuard)
  @WebSocketGateway()
  class Guarded extends Handlers {
    @WebSocketServer() server: WsServer | undefined
    inits = 0
    afterInit(): void {
      this.inits += 1
    }
  }

  test('handlers see the user of the handshake', async () => {
    const url = await start([Guarded])
    const socket = open(url, await alb.headersFor(signedIn))
    expect(await ask(socket, 'me')).toEqual({ event: 'me', data: 'dev@example.com' })
  })

  test('an upgrade without tokens is answered with the problem document', async () => {
    const { status, body, type } = await refusal(await start([Guarded]))
    expect(status).toBe(401)
    expect(type).toBe('application/problem+json')
    expect(JSON.parse(body)).toEqual({ type: 'about:blank', title: 'Unauthorized', status: 401, code: 'missing_token' })
  })

  test.each([
    { what: 'bad tokens', who: signedIn, fault: { fault: 'bad_signature' as const }, status: 401 },
    { what: 'an expired token', who: signedIn, fault: { fault: 'expired' as const }, status: 401 },
    { what: 'a user who may not come in', who: stranger, fault: undefined, status: 403 },
  ])('an upgrade with $what is refused', async ({ who, fault, status }) => {
    expect(await refusal(await start([Guarded]), await alb.headersFor(who, fault))).toMatchObject({ status })
  })

  test('an upgrade while keys are out of reach is 503', async () => {
    const own = await createTestAlb()
    own.goOffline()
    const url = await start([Guarded], own.options)
    expect(await refusal(url, await own.headersFor(signedIn))).toMatchObject({ status: 503 })
  })

  test('a handler that asks for more refuses, and the client is told', async () => {
    const socket = open(await start([Guarded]), await alb.headersFor(signedIn))
    expect(await ask(socket, 'admins')).toEqual({
      event: 'exception',
      data: { type: 'about:blank', title: 'Forbidden', status: 403, code: 'access_denied' },
    })
  })

  test('a client is told without a filter of the app, too', async ({ skip }) => {
    skip(nestMajor < 12, SO_FROM_NEST_12)
    @WebSocketGateway()
    class Plain {
      @UseGuards(CognitoAuthGuard)
      @SubscribeMessage('me')
      me(@AuthUser('email') email: string): object {
        return { event: 'me', data: email }
      }
    }
    expect(await ask(open(await start([Plain])), 'me')).toMatchObject({ event: 'exception', data: { status: 401 } })
  })

  test("the gateway's own afterInit and verifyClient are called", async () => {
    @UseGuards(CognitoAuthGuard)
    @WebSocketGateway({ verifyClient: (info: { origin: string }) => info.origin === 'https://example.com' })
    class Picky extends Guarded {}
    const app = await create(appModule(alb, [Picky]))
    app.useWebSocketAdapter(new WsAdapter(app))
    const url = (await listen(app)).replace('http', 'ws')
    expect(app.get(Picky).inits).toBe(1)
    const headers = await alb.headersFor(signedIn)
    expect(await refusal(url, headers)).toMatchObject({ status: 401 })
    const socket = open(url, { ...headers, origin: 'https://example.com' })
    expect(await ask(socket, 'me')).toMatchObject({ data: 'dev@example.com' })
  })

  test('a connection is closed with 4401 when the access token expires', async () => {
    const own = await createTestAlb({ accessTokenLifetimeSeconds: 2 })
    const socket = open(await start([Guarded], own.options), await own.headersFor(signedIn))
    await once(socket, 'open')
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4401)
  })

  test("outlives the load balancer's token, and not the access token, whatever the client does", async () => {
    const socket = open(await start([Guarded]), await alb.headersFor(signedIn))
    expect(await ask(socket, 'me')).toMatchObject({ event: 'me' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    expect(await ask(socket, 'me')).toMatchObject({ event: 'me' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    expect(await ask(socket, 'me')).toMatchObject({ event: 'exception', data: { code: 'expired_token' } })
  })

  test('a guard on one handler: anybody connects, the handler asks', async () => {
    @WebSocketGateway()
    class Mixed extends Handlers {
      @UseGuards(CognitoAuthGuard)
      @SubscribeMessage('guarded')
      guarded(@AuthUser('email') email: string): object {
        return { event: 'guarded', data: email }
      }
      @SubscribeMessage('open')
      open(): object {
        return { event: 'open', data: 'ok' }
      }
    }
    const url = await start([Mixed])
    expect(await ask(open(url), 'open')).toMatchObject({ data: 'ok' })
    expect(await ask(open(url), 'guarded')).toMatchObject({ data: { status: 401, code: 'missing_token' } })
    expect(await ask(open(url, await alb.headersFor(signedIn)), 'guarded')).toMatchObject({ data: 'dev@example.com' })
    const late = open(url, await alb.headersFor(signedIn))
    expect(await ask(late, 'open')).toMatchObject({ data: 'ok' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    expect(await ask(late, 'guarded')).toMatchObject({ data: 'dev@example.com' })
  })

  test('a public handler lets anybody connect; the others still ask', async () => {
    @UseGuards(CognitoAuthGuard)
    @WebSocketGateway()
    class Lobby extends Handlers {
      @Public()
      @SubscribeMessage('open')
      open(@AuthUser() user: User | null): object {
        return { event: 'open', data: user }
      }
    }
    const url = await start([Lobby])
    const socket = open(url)
    expect(await ask(socket, 'open')).toEqual({ event: 'open', data: null })
    expect(await ask(socket, 'me')).toMatchObject({ event: 'exception', data: { status: 401 } })
    // Who had tokens at the handshake is known by them, also when the load balancer's has expired.
    const late = open(url, await alb.headersFor(signedIn))
    expect(await ask(late, 'open')).toMatchObject({ event: 'open' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    expect(await ask(late, 'me')).toEqual({ event: 'me', data: 'dev@example.com' })
  })

  test('an optional gateway lets anonymous people connect, and no bad tokens', async () => {
    @OptionalAuth()
    @WebSocketGateway()
    class Optional {
      @SubscribeMessage('who')
      who(@AuthUser('email') email: string | null): object {
        return { event: 'who', data: email }
      }
    }
    const url = await start([Optional])
    expect(await ask(open(url), 'who')).toEqual({ event: 'who', data: null })
    expect(await ask(open(url, await alb.headersFor(signedIn)), 'who')).toMatchObject({ data: 'dev@example.com' })
    const bad = await alb.headersFor(signedIn, { fault: 'bad_signature' })
    expect(await refusal(url, bad)).toMatchObject({ status: 401 })
  })

  test('a guard for the whole app does not start with a gateway that says nothing', async () => {
    @WebSocketGateway()
    class Silent extends Handlers {}
    const app = await create(appModule(alb, [Silent], { global: true }))
    app.useWebSocketAdapter(new WsAdapter(app))
    await expect(app.init()).rejects.toThrow(/UseGuards\(CognitoAuthGuard\) on Silent/)
  })

  test.each([
    { what: 'useClass', provider: { provide: APP_GUARD, useClass: CognitoAuthGuard } },
    { what: 'useExisting', provider: { provide: APP_GUARD, useExisting: CognitoAuthGuard } },
  ])('nor does one under APP_GUARD, with $what', async ({ provider }) => {
    @WebSocketGateway()
    class Silent extends Handlers {}
    const module = appModule(alb, [Silent])
    const app = await create({ ...module, providers: [Silent, provider] })
    app.useWebSocketAdapter(new WsAdapter(app))
    await expect(app.init()).rejects.toThrow(/UseGuards\(CognitoAuthGuard\) on Silent/)
  })

  test('with useGlobalGuards(), an app whose gateway says nothing does not start', async () => {
    @WebSocketGateway()
    class Silent extends Handlers {}
    @Controller()
    class Hello {
      @Get()
      hello(): string {
        return 'hello'
      }
    }
    const module = appModule(alb, [Silent])
    const app = await create({ ...module, controllers: [Hello] })
    app.useWebSocketAdapter(new WsAdapter(app))
    app.useGlobalGuards(app.get(CognitoAuthGuard))
    await expect(app.init()).rejects.toThrow(/do not protect the handshake of gateways.* on Silent/)
  })

  test('a guard on a method that is no handler is a mistake', async () => {
    @WebSocketGateway()
    class Greeter extends Handlers {
      @RequireGroups('admins')
      handleConnection(client: WebSocket): void {
        client.send('hello')
      }
    }
    const app = await create(appModule(alb, [Greeter]))
    app.useWebSocketAdapter(new WsAdapter(app))
    await expect(app.init()).rejects.toThrow(/guard of Greeter.handleConnection/)
  })

  test('that a method is public, which is no handler, is none', async () => {
    @UseGuards(CognitoAuthGuard)
    @WebSocketGateway()
    class Greeter extends Handlers {
      @Public()
      handleConnection(): void {}
    }
    const url = await start([Greeter])
    expect(await refusal(url)).toMatchObject({ status: 401 })
    expect(await ask(open(url, await alb.headersFor(signedIn)), 'me')).toMatchObject({ data: 'dev@example.com' })
  })

  test('a guard for the whole app starts with gateways that say what they ask', async () => {
    @Public()
    @WebSocketGateway({ path: '/open' })
    class Open {
      @SubscribeMessage('open')
      open(): object {
        return { event: 'open', data: 'ok' }
      }
    }
    const url = await start([Guarded, Open], { global: true })
    expect(await ask(open(`${url}/open`), 'open')).toMatchObject({ data: 'ok' })
    expect(await refusal(url)).toMatchObject({ status: 401 })
  })

  describe.each([{ global: false }, { global: true }])(
    'a gateway under a token of its own, global $global',
    (options) => {
      async function createApp(): Promise<INestApplication> {
        const providers = [{ provide: 'gateway', useClass: Guarded }]
        const app = await create({ ...appModule(alb, [], options), providers })
        app.useWebSocketAdapter(new WsAdapter(app))
        return app
      }

      // Nest 10 does not look for guards on the class then, and would let everybody connect and send messages.
      test('keeps the app from starting in Nest 10', async ({ skip }) => {
        skip(nestMajor !== 10, SO_IN_NEST_10)
        await expect((await createApp()).init()).rejects.toThrow(/would not ask the guard of Guarded/)
      })

      test('is protected', async ({ skip }) => {
        skip(nestMajor < 11, SO_FROM_NEST_11)
        const url = (await listen(await createApp())).replace('http', 'ws')
        expect(await refusal(url)).toMatchObject({ status: 401 })
      })
    },
  )

  test('so does one with a guard on a handler only', async ({ skip }) => {
    skip(nestMajor !== 10, SO_IN_NEST_10)
    @WebSocketGateway()
    class Mixed extends Handlers {}
    const app = await create({ ...appModule(alb, []), providers: [{ provide: 'gateway', useClass: Mixed }] })
    app.useWebSocketAdapter(new WsAdapter(app))
    await expect(app.init()).rejects.toThrow(/would not ask the guard of Mixed/)
  })

  test('another name for a gateway is no other gateway', async () => {
    const alias = { provide: 'alias', useExisting: Guarded }
    const app = await create({ ...appModule(alb, []), providers: [Guarded, alias] })
    app.useWebSocketAdapter(new WsAdapter(app))
    expect(await refusal((await listen(app)).replace('http', 'ws'))).toMatchObject({ status: 401 })
  })

  test.each([{ canActivate: () => true }, { canActivate: () => false }])(
    'a guard of a test that knows nothing of handshakes stands in, too',
    async (guard) => {
      const module = await Test.createTestingModule({ imports: [appModule(alb, [Guarded])] })
        .overrideGuard(CognitoAuthGuard)
        .useValue(guard)
        .compile()
      const app: INestApplication = module.createNestApplication({ logger: false })
      app.useWebSocketAdapter(new WsAdapter(app))
      const socket = open((await listen(app)).replace('http', 'ws'))
      await expect(once(socket, 'open')).resolves.toBeDefined()
    },
  )

  test('a socket whose keys were out of reach is let in once they are back', async () => {
    const own = await createTestAlb()
    @WebSocketGateway()
    class Mixed extends Handlers {
      @UseGuards(CognitoAuthGuard)
      @SubscribeMessage('guarded')
      guarded(@AuthUser('email') email: string): object {
        return { event: 'guarded', data: email }
      }
    }
    own.goOffline()
    const socket = open(await start([Mixed], own.options), await own.headersFor(signedIn))
    expect(await ask(socket, 'guarded')).toMatchObject({ data: { status: 503 } })
    own.goOnline()
    await expect
      .poll(async () => await ask(socket, 'guarded'), { timeout: 20_000 })
      .toMatchObject({
        data: 'dev@example.com',
      })
  })

  test.each([
    { what: 'of nobody', headers: async () => ({}) },
    { what: 'of a user', headers: async () => await alb.headersFor(signedIn) },
  ])(
    'a guard made by hand, without the module, refuses messages $what and ends the connection',
    async ({ headers }) => {
      @UseGuards(new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser })))
      @WebSocketGateway()
      class ByHand {
        @SubscribeMessage('me')
        me(): object {
          return { event: 'me', data: 'heard' }
        }
      }
      const app = await create({ module: AppModule, providers: [ByHand] })
      app.useWebSocketAdapter(new WsAdapter(app))
      const socket = open((await listen(app)).replace('http', 'ws'), await headers())
      await once(socket, 'open')
      socket.send(JSON.stringify({ event: 'me' }))
      expect((await once(socket, 'close'))[0]).toBe(1008)
    },
  )

  test('a guard made by hand protects the handshake where the module is', async () => {
    @UseGuards(new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser })))
    @WebSocketGateway()
    class ByHand extends Handlers {}
    const url = await start([ByHand])
    expect(await refusal(url)).toMatchObject({ status: 401 })
    expect(await ask(open(url, await alb.headersFor(signedIn)), 'me')).toMatchObject({ data: 'dev@example.com' })
  })

  test('authenticateAs stands in for the guard', async () => {
    const module = await Test.createTestingModule({ imports: [appModule(alb, [Guarded])] })
      .overrideGuard(CognitoAuthGuard)
      .useValue(authenticateAs(createMockUser({ email: 'a@example.com' })))
      .compile()
    const app: INestApplication = module.createNestApplication({ logger: false })
    app.useWebSocketAdapter(new WsAdapter(app))
    const url = (await listen(app)).replace('http', 'ws')
    expect(await ask(open(url), 'me')).toEqual({ event: 'me', data: 'a@example.com' })
  })
})
