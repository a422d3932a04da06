/** Guards for the whole app, however they are made, and modules that protect nothing. */

import { CognitoAuth } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  Logger,
  Module,
  Scope,
  type Type,
  UseGuards,
} from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { EventPattern, MessagePattern } from '@nestjs/microservices'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule, OptionalAuth, Public, RequireAdmin } from '../src/index.js'
import { authoriser, create, listen, signedIn } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** What was warned of, but for what core says of tests that make many. */
function warnings(): string[] {
  const sentences = vi.mocked(process.emitWarning).mock.calls.map(([sentence]) => String(sentence))
  return sentences.filter((sentence) => !sentence.startsWith('More than 20 CognitoAuth'))
}

@Module({})
class AppModule {}

@Controller()
class Hello {
  @Get()
  hello(): object {
    return { ok: true }
  }
}

class Messages {
  @SubscribeMessage('hello')
  hello(): object {
    return { event: 'hello', data: 'ok' }
  }
}

@WebSocketGateway()
class Silent extends Messages {}

@UseGuards(CognitoAuthGuard)
@WebSocketGateway()
class Guarded extends Messages {}

@Public()
@WebSocketGateway()
class Open extends Messages {}

@Injectable()
class Composite implements CanActivate {
  constructor(@Inject(CognitoAuthGuard) readonly guard: CognitoAuthGuard) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return await this.guard.canActivate(context)
  }
}

class Own extends CognitoAuthGuard {}

function auth(): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser })
}

type Providers = NonNullable<DynamicModule['providers']>

interface Way {
  readonly what: string
  readonly providers?: () => Providers
  readonly use?: (app: INestApplication) => void
}

const byProvider: Way[] = [
  { what: 'useClass', providers: () => [{ provide: APP_GUARD, useClass: CognitoAuthGuard }] },
  {
    what: 'useClass, for each request',
    providers: () => [{ provide: APP_GUARD, useClass: CognitoAuthGuard, scope: Scope.REQUEST }],
  },
  { what: 'a class that extends it', providers: () => [{ provide: APP_GUARD, useClass: Own }] },
  { what: 'useExisting', providers: () => [{ provide: APP_GUARD, useExisting: CognitoAuthGuard }] },
  { what: 'useValue', providers: () => [{ provide: APP_GUARD, useValue: new CognitoAuthGuard(auth()) }] },
  { what: 'useFactory', providers: () => [{ provide: APP_GUARD, useFactory: () => new CognitoAuthGuard(auth()) }] },
  { what: 'a guard that asks it', providers: () => [{ provide: APP_GUARD, useClass: Composite }] },
  { what: 'such a guard that exists', providers: () => [Composite, { provide: APP_GUARD, useExisting: Composite }] },
]
const byCall: Way[] = [
  { what: 'useGlobalGuards(app.get())', use: (app) => app.useGlobalGuards(app.get(CognitoAuthGuard)) },
  { what: 'useGlobalGuards(new)', use: (app) => app.useGlobalGuards(new CognitoAuthGuard(app.get(CognitoAuth))) },
  { what: 'useGlobalGuards(new) of another', use: (app) => app.useGlobalGuards(new CognitoAuthGuard(auth())) },
  {
    what: 'a guard that asks it, by hand',
    use: (app) => app.useGlobalGuards(new Composite(app.get(CognitoAuthGuard))),
  },
  { what: 'none', use: () => undefined },
]

async function appWith(way: Way, gateway: Type, { global = false } = {}): Promise<INestApplication> {
  const module = {
    module: AppModule,
    imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })],
    controllers: [Hello],
    providers: [gateway, ...(way.providers?.() ?? [])],
  }
  const app = await create(module)
  app.useWebSocketAdapter(new WsAdapter(app))
  way.use?.(app)
  return app
}

describe('with the module, a gateway that says nothing does not start', () => {
  test.each([...byProvider, ...byCall])('with $what', async (way) => {
    const silent = await appWith(way, Silent)
    await expect(silent.init()).rejects.toThrow(/handshake of gateways: put @UseGuards\(CognitoAuthGuard\) on Silent/)
    for (const gateway of [Guarded, Open]) {
      const app = await appWith(way, gateway)
      await expect(app.init()).resolves.toBe(app)
      await app.close()
    }
  })
})

describe('without the module', () => {
  test.each(byProvider.filter(({ what }) => ['useValue', 'useFactory'].includes(what)))(
    'an app with a gateway that says nothing and $what warns once, at its first request',
    async ({ providers }) => {
      const app = await create({ module: AppModule, controllers: [Hello], providers: [...(providers?.() ?? [])] })
      const origin = await listen(app)
      for (let round = 0; round < 3; round += 1) {
        expect((await fetch(origin, { headers: await alb.headersFor(signedIn) })).status).toBe(200)
      }
      expect(warnings()).toEqual([expect.stringMatching(/made by hand protects the whole app, but no gateway/)])
    },
  )

  test('a guard that Nest would not ask keeps the app from starting', async () => {
    @WebSocketGateway()
    class Greeter extends Messages {
      @UseGuards(CognitoAuthGuard)
      handleConnection(): void {}
    }
    const app = await create({ module: AppModule, providers: [Greeter] })
    app.useWebSocketAdapter(new WsAdapter(app))
    await expect(app.init()).rejects.toThrow(/would not ask the guard of Greeter.handleConnection/)
  })

  test('a guard that is global only after the start refuses, while a gateway says nothing', async () => {
    // Nest asks what is global by then for each request.
    @Controller({ scope: Scope.REQUEST })
    class Scoped extends Hello {}
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)
    const app = await create({
      module: AppModule,
      controllers: [Scoped],
      providers: [Silent, { provide: CognitoAuth, useFactory: auth }, CognitoAuthGuard],
    })
    app.useWebSocketAdapter(new WsAdapter(app))
    await app.init()
    app.useGlobalGuards(app.get(CognitoAuthGuard))
    const origin = await listen(app)
    for (let round = 0; round < 2; round += 1) {
      expect((await fetch(origin, { headers: await alb.headersFor(signedIn) })).status).toBe(500)
    }
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ code: 'configuration' }))
    expect(warnings()).toEqual([])
  })

  test('a guard made by hand on a handler is no guard for the app: no warning', async () => {
    @UseGuards(new CognitoAuthGuard(auth()))
    @Controller()
    class One {
      @Get()
      hello(): object {
        return { ok: true }
      }
    }
    const origin = await listen(await create({ module: AppModule, controllers: [One] }))
    expect((await fetch(origin, { headers: await alb.headersFor(signedIn) })).status).toBe(200)
    expect(warnings()).toEqual([])
  })
})

test.each([
  {
    what: "with the module's CognitoAuth is the module's: no warning",
    of: (app: INestApplication) => app.get(CognitoAuth),
    times: 0,
  },
  { what: 'with another, beside the module, warns', of: auth, times: 1 },
])('a global guard made by hand $what', async ({ of, times }) => {
  const origin = await listen(
    await appWith({ what: 'by hand', use: (app) => app.useGlobalGuards(new CognitoAuthGuard(of(app))) }, Open),
  )
  for (let round = 0; round < 2; round += 1) {
    expect((await fetch(origin, { headers: await alb.headersFor(signedIn) })).status).toBe(200)
  }
  const codes = vi.mocked(process.emitWarning).mock.calls.map(([, options]) => (options as { code?: unknown }).code)
  expect(codes.filter((code) => code === 'COGNITO_AUTH_HAND_MADE')).toHaveLength(times)
})

describe('a module whose guard nothing uses', () => {
  const unused = expect.stringMatching(/CognitoAuthModule protects nothing: set global: true/) as unknown

  test.each([
    { what: 'left out', options: {} },
    { what: 'false', options: { global: false } },
  ])('warns at start, with global $what', async ({ options }) => {
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, ...options })]
    await (await create({ module: AppModule, imports, controllers: [Hello] })).init()
    const factory = CognitoAuthModule.forRootAsync({ ...options, useFactory: () => ({ ...alb.options, authoriser }) })
    await (await create({ module: AppModule, imports: [factory], controllers: [Hello] })).init()
    expect(warnings()).toEqual([unused, unused])
  })

  test.each([...byProvider, ...byCall.slice(0, 3)])('is silent with $what', async (way) => {
    await (await appWith(way, Open)).init()
    expect(warnings()).toEqual([])
  })

  test.each([
    { what: 'a guard on a handler', decorate: UseGuards(CognitoAuthGuard) },
    { what: 'a demand', decorate: RequireAdmin() },
    { what: 'an optional handler', decorate: OptionalAuth() },
    { what: 'a guard of its own that asks ours', decorate: UseGuards(Composite) },
  ])('is silent with $what', async ({ decorate }) => {
    @Controller()
    class Some {
      @decorate
      @Get()
      hello(): object {
        return { ok: true }
      }
    }
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser })]
    await (await create({ module: AppModule, imports, controllers: [Some] })).init()
    expect(warnings()).toEqual([])
  })
})

test.each([undefined, null, 'true', 1, {}])('global: %j is refused, in both forms', (global) => {
  const options = { global } as { global: boolean }
  expect(() => CognitoAuthModule.forRoot(options)).toThrow(/global of CognitoAuthModule must be true or false/)
  expect(() => CognitoAuthModule.forRootAsync({ ...options, useFactory: () => ({}) })).toThrow(
    /global of CognitoAuthModule must be true or false/,
  )
})

describe('handlers of messages', () => {
  @Controller()
  class Queue {
    @MessagePattern('a')
    a(data: unknown): unknown {
      return data
    }

    @EventPattern('b')
    b(data: unknown): unknown {
      return data
    }

    @Public()
    @EventPattern('c')
    c(data: unknown): unknown {
      return data
    }
  }

  @RequireAdmin()
  @Controller()
  class Asking extends Queue {}

  test.each([
    {
      what: 'with a guard for the app',
      controller: Queue,
      global: true,
      named: /: Queue\.a, Queue\.b\. Put @Public\(\)/,
    },
    {
      what: 'of a class that asks',
      controller: Asking,
      global: false,
      named: /: Asking\.a, Asking\.b\. Put @Public\(\)/,
    },
  ])('that are refused are named at start: $what', async ({ controller, global, named }) => {
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })]
    const app = await create({ module: AppModule, imports, controllers: [controller] })
    await expect(app.init()).resolves.toBe(app)
    expect(warnings()).toEqual([expect.stringMatching(named)])
  })

  test('of an app without a guard for them are its own business', async () => {
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser })]
    await (await create({ module: AppModule, imports, controllers: [Queue] })).init()
    expect(warnings()).toEqual([expect.stringMatching(/protects nothing/)])
  })
})
