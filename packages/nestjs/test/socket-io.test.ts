import { CognitoAuth } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { type Type, UseGuards } from '@nestjs/common'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets'
import { io, type Socket } from 'socket.io-client'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { CognitoAuthGuard } from '../src/index.js'
import { authoriser, create, listen, signedIn, stranger } from './apps.js'
import { AppModule, appModule, closed, Handlers, type Headers } from './gateways.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

describe('with Socket.IO', () => {
  @UseGuards(CognitoAuthGuard)
  @WebSocketGateway()
  class Guarded extends Handlers {}

  @UseGuards(CognitoAuthGuard)
  @WebSocketGateway({ namespace: 'room' })
  class Room extends Handlers {}

  async function start(providers: Type[], more?: object): Promise<string> {
    const app = await create(appModule(alb, providers, more))
    app.useWebSocketAdapter(new IoAdapter(app))
    return await listen(app)
  }

  function connect(url: string, headers: Headers = {}, auth: object = {}): Socket {
    return closed(io(url, { extraHeaders: headers, auth, reconnection: false, forceNew: true }))
  }

  async function event(socket: Socket, name: string): Promise<unknown> {
    return await new Promise((resolve) => socket.once(name, resolve))
  }

  test.each([{ path: '/' }, { path: '/room' }])('handlers of $path see the user of the handshake', async ({ path }) => {
    const origin = await start([Guarded, Room])
    const socket = connect(origin + path, await alb.headersFor(signedIn))
    const answer = event(socket, 'me')
    socket.emit('me')
    expect(await answer).toBe('dev@example.com')
  })

  test.each([
    { what: 'nobody', who: undefined, code: 'missing_token' },
    { what: 'a stranger', who: stranger, code: 'access_denied' },
  ])('$what does not get connected', async ({ who, code }) => {
    const origin = await start([Guarded, Room])
    for (const path of ['/', '/room']) {
      // What a client says about itself is not what the load balancer says.
      const headers = await alb.headersFor(signedIn)
      const socket = connect(origin + path, who && (await alb.headersFor(who)), { headers, ...headers })
      expect(await event(socket, 'connect_error')).toMatchObject({ data: { code } })
    }
  })

  test('a handler that asks for more refuses, and the client is told', async () => {
    const socket = connect(await start([Guarded]), await alb.headersFor(signedIn))
    const answer = event(socket, 'exception')
    socket.emit('admins')
    expect(await answer).toMatchObject({ status: 403, code: 'access_denied' })
  })

  test.each([
    { what: 'of nobody', headers: async () => ({}) },
    { what: 'of a user', headers: async () => await alb.headersFor(signedIn) },
  ])(
    'a guard made by hand, without the module, refuses messages $what and ends the connection',
    async ({ headers }) => {
      const received = vi.fn<() => void>()
      @UseGuards(new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser })))
      @WebSocketGateway()
      class ByHand {
        @SubscribeMessage('me')
        me(): void {
          received()
        }
      }
      const app = await create({ module: AppModule, providers: [ByHand] })
      app.useWebSocketAdapter(new IoAdapter(app))
      const socket = connect(await listen(app), await headers())
      const end = event(socket, 'disconnect')
      socket.emit('me')
      expect(await end).toBe('io server disconnect')
      expect(received).not.toHaveBeenCalled()
    },
  )

  describe('a connection that Socket.IO recovers', () => {
    @UseGuards(CognitoAuthGuard)
    @WebSocketGateway({ connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
    class Recovering extends Handlers {
      @WebSocketServer() server: { emit(name: string, data: string): void } | undefined
    }

    /** What recovers a connection, as the client keeps it. */
    interface Recoverable {
      _pid?: string
      _lastOffset?: string
      readonly io: { readonly engine: { close(): void } }
    }

    /** Opens a connection, loses it, and opens another that goes on with it. */
    async function recover(headers: Headers): Promise<Socket> {
      const app = await create(appModule(alb, [Recovering]))
      app.useWebSocketAdapter(new IoAdapter(app))
      const origin = await listen(app)
      const lost = connect(origin, await alb.headersFor(signedIn))
      await event(lost, 'connect')
      const news = event(lost, 'news')
      app.get(Recovering).server?.emit('news', 'first')
      await news
      const { _pid, _lastOffset, io: manager } = lost as unknown as Recoverable
      const end = event(lost, 'disconnect')
      manager.engine.close()
      await end
      const options = { extraHeaders: headers, reconnection: false, forceNew: true, autoConnect: false }
      const socket = closed(io(origin, options))
      Object.assign(socket, { _pid, _lastOffset })
      return socket.connect()
    }

    test('goes on with the tokens of its user', async () => {
      const socket = await recover(await alb.headersFor(signedIn))
      await event(socket, 'connect')
      expect(socket.recovered).toBe(true)
      const answer = event(socket, 'me')
      socket.emit('me')
      expect(await answer).toBe('dev@example.com')
    })

    test.each([
      { what: 'without tokens', headers: async () => ({}) },
      { what: 'with those of a stranger', headers: async () => await alb.headersFor(stranger) },
      { what: 'with expired ones', headers: async () => await alb.headersFor(signedIn, { fault: 'expired' }) },
    ])('is ended $what', async ({ headers }) => {
      const socket = await recover(await headers())
      expect(await event(socket, 'disconnect')).toBe('io server disconnect')
    })
  })

  test('a connection is ended when the token expires', async () => {
    const own = await createTestAlb({ accessTokenLifetimeSeconds: 2 })
    const socket = connect(await start([Guarded], own.options), await own.headersFor(signedIn))
    await event(socket, 'connect')
    expect(await event(socket, 'disconnect')).toBe('io server disconnect')
  })
})
