/** Gateways that wait for something, such as a database: Nest makes them after guards of other modules. */

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { CognitoAuth } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  Controller,
  type DynamicModule,
  Get,
  Inject,
  Injectable,
  type INestApplication,
  Module,
  type Type,
  UseGuards,
} from '@nestjs/common'
import { ExternalContextCreator } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule, Public, RequireGroups } from '../src/index.js'
import { authoriser, create, listen, signedIn } from './apps.js'
import { AppModule, closed, type Headers } from './gateways.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

const later = { provide: 'later', useFactory: () => new Promise((resolve) => setTimeout(() => resolve({}), 20)) }

@Module({})
class Chat {}

/** A module of gateways that wait for a factory, beside the one that configures. */
function appModule(gateway: Type, ...imports: DynamicModule[]): DynamicModule {
  return { module: AppModule, imports: [{ module: Chat, providers: [later, gateway] }, ...imports] }
}

async function createApp(module: DynamicModule): Promise<INestApplication> {
  const app = await create(module)
  app.useWebSocketAdapter(new WsAdapter(app))
  return app
}

async function start(module: DynamicModule): Promise<string> {
  return (await listen(await createApp(module))).replace('http', 'ws')
}

function open(url: string, headers: Headers = {}): WebSocket {
  return closed(new WebSocket(url, { headers }))
}

/** What a client is told: the status of a refused upgrade, or the answer to a message. */
async function ask(url: string, headers?: Headers): Promise<unknown> {
  const socket = open(url, headers)
  socket.on('error', () => undefined)
  const refused = once(socket, 'unexpected-response').then(
    ([, response]: (IncomingMessage | undefined)[]) => response?.statusCode,
  )
  const answered = once(socket, 'open').then(async () => {
    socket.send(JSON.stringify({ event: 'who' }))
    const [data] = (await once(socket, 'message')) as [Buffer]
    return (JSON.parse(data.toString('utf8')) as { data: unknown }).data
  })
  return await Promise.race([refused, answered])
}

class Who {
  readonly later: unknown
  constructor(@Inject('later') given: unknown) {
    this.later = given
  }

  @SubscribeMessage('who')
  who(@AuthUser('email') email: string | null): object {
    return { event: 'who', data: email }
  }
}

@Public()
@WebSocketGateway()
class PublicClass extends Who {
  @SubscribeMessage('who')
  override who(): object {
    return { event: 'who', data: 'everybody' }
  }
}

@WebSocketGateway()
class PublicHandler extends Who {
  @Public()
  @SubscribeMessage('who')
  override who(): object {
    return { event: 'who', data: 'everybody' }
  }
}

@Public()
@WebSocketGateway()
class WithAuth {
  readonly auth: unknown
  constructor(@Inject(CognitoAuth) auth: unknown) {
    this.auth = auth
  }

  @SubscribeMessage('who')
  who(): object {
    return { event: 'who', data: 'everybody' }
  }
}

@UseGuards(CognitoAuthGuard)
@WebSocketGateway()
class Guarded extends Who {}

function configured(global: boolean): DynamicModule {
  return CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })
}

describe.each([{ global: false }, { global: true }])('where a gateway waits, global $global', ({ global }) => {
  test('a public one is open', async () => {
    expect(await ask(await start(appModule(PublicClass, configured(global))))).toBe('everybody')
  })

  test('a public one is open that waits for CognitoAuth', async () => {
    const module = CognitoAuthModule.forRootAsync({
      global,
      useFactory: async () => {
        await later.useFactory()
        return { ...alb.options, authoriser }
      },
    })
    expect(await ask(await start(appModule(WithAuth, module)))).toBe('everybody')
  })

  test('one with the guard is protected', async () => {
    const url = await start(appModule(Guarded, configured(global)))
    expect(await ask(url)).toBe(401)
    expect(await ask(url, await alb.headersFor(signedIn))).toBe('dev@example.com')
  })

  test('one with a guard made by hand is protected', async () => {
    @UseGuards(new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser })))
    @WebSocketGateway()
    class ByHand extends Who {}
    const url = await start(appModule(ByHand, configured(global)))
    expect(await ask(url)).toBe(401)
    expect(await ask(url, await alb.headersFor(signedIn))).toBe('dev@example.com')
  })
})

test('a gateway of which a handler is public is open', async () => {
  expect(await ask(await start(appModule(PublicHandler, configured(false))))).toBe('everybody')
})

test('without the module, a public gateway is open beside a controller with the guard', async () => {
  @Controller()
  class Guarding {
    @Get()
    @UseGuards(CognitoAuthGuard)
    hello(): string {
      return 'hello'
    }
  }
  expect(await ask(await start({ ...appModule(PublicClass), controllers: [Guarding] }))).toBe('everybody')
})

describe('where Nest is asked for the adapter before a gateway is made', () => {
  @Injectable()
  class Early {
    constructor(@Inject(ExternalContextCreator) creator: object, @Inject(CognitoAuthGuard) _guard: unknown) {
      const { config } = (creator as { guardsContextCreator: { config: { getIoAdapter(): unknown } } })
        .guardsContextCreator
      config.getIoAdapter()
    }
  }
  const early = (gateway: Type): DynamicModule => ({
    ...appModule(gateway, configured(false)),
    providers: [Early],
  })
  const byHand = (): CognitoAuthGuard => new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser }))

  test('one with a guard made by hand keeps the app from starting, public or not', async () => {
    @UseGuards(byHand())
    @WebSocketGateway()
    class ByHand extends Who {}
    @Public()
    @UseGuards(byHand())
    @WebSocketGateway()
    class PublicByHand extends Who {}
    for (const gateway of [ByHand, PublicByHand]) {
      const app = await createApp(early(gateway))
      await expect(app.init()).rejects.toThrow(
        new RegExp(`handshake of ${gateway.name} cannot be protected: .*the class and not a guard made`),
      )
    }
  })

  test('one of whose handlers asks something, by hand or not, keeps it from starting', async () => {
    @WebSocketGateway()
    class Asking extends Who {
      @Public()
      @SubscribeMessage('open')
      open(): string {
        return 'open'
      }

      @UseGuards(byHand())
      @RequireGroups('admins')
      @SubscribeMessage('who')
      override who(): object {
        return { event: 'who', data: 'admins' }
      }
    }
    // What brings no guard of its own into the module.
    Reflect.defineMetadata('__guards__', [byHand()], Asking.prototype.who)
    const app = await createApp(early(Asking))
    await expect(app.init()).rejects.toThrow(/handshake of Asking cannot/)
  })

  test.each([PublicClass, PublicHandler])('one that is public is open: %o', async (gateway) => {
    expect(await ask(await start(early(gateway)))).toBe('everybody')
  })
})
