import { Authoriser, CognitoAuth, type CognitoAuthOptions } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { polluted, REDIRECT_URL, sendRaw } from '@cognito-auth/testing/behaviour'
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  ForbiddenException,
  Get,
  type HttpException,
  Inject,
  Injectable,
  Module,
  NotFoundException,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  type CognitoAuthModuleAsyncOptions,
  type CognitoAuthOptionsFactory,
  Public,
} from '../src/index.js'
import { authoriser, create, listen, platforms, signedIn } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

@Controller()
class Hello {
  @Get()
  hello(@AuthUser('email') email: string): object {
    return { email }
  }

  @Public()
  @Get('missing')
  missing(): never {
    throw new NotFoundException()
  }
}

/** A feature module that knows nothing of the guard's configuration. */
@Module({ controllers: [Hello] })
class FeatureModule {}

@UseGuards(CognitoAuthGuard)
@Controller('guarded')
class Guarded {
  @Get()
  hello(@AuthUser('email') email: string): object {
    return { email }
  }
}

@Module({ controllers: [Guarded] })
class GuardedModule {}

@Module({})
class AppModule {}

function app(...imports: NonNullable<DynamicModule['imports']>): DynamicModule {
  return { module: AppModule, imports }
}

describe('forRoot', () => {
  test('without global: guards of every module use its options, and nothing else is protected', async () => {
    @Controller('open')
    class Open {
      @Get()
      open(): object {
        return { ok: true }
      }
    }
    const module = app(CognitoAuthModule.forRoot({ ...alb.options, authoriser }), GuardedModule)
    const origin = await listen(await create({ ...module, controllers: [Open] }))
    expect(await sendRaw(origin, { path: '/guarded' })).toMatchObject({ status: 401 })
    const headers = await alb.headersFor(signedIn)
    expect(await sendRaw(origin, { path: '/guarded', headers })).toMatchObject({ status: 200 })
    expect(await sendRaw(origin, { path: '/open' })).toMatchObject({ status: 200 })
  })

  test('takes a CognitoAuth that exists', async () => {
    const auth = new CognitoAuth({ ...alb.options, authoriser })
    const created = await create(app(CognitoAuthModule.forRoot(auth)))
    expect(created.get(CognitoAuth, { strict: false })).toBe(auth)
  })

  test.each([
    { what: 'a missing option', options: { authoriser: null } },
    { what: 'an unknown option', options: { albArn: 'x', Global: true } },
    { what: 'two that contradict', options: { albArn: 'x', allowAnyAlb: true } },
  ])('the app does not start with $what', async ({ options }) => {
    await expect(create(app(CognitoAuthModule.forRoot(options as CognitoAuthOptions)))).rejects.toMatchObject({
      code: 'configuration',
    })
  })

  test.each(['false', 0, null])('global: %j is neither true nor false', (global) => {
    const options = { global } as unknown as CognitoAuthModuleAsyncOptions
    expect(() => CognitoAuthModule.forRoot(options as object)).toThrow(/global of CognitoAuthModule/)
    expect(() => CognitoAuthModule.forRootAsync({ ...options, useFactory: () => ({}) })).toThrow(/global of Cogn/)
  })

  test('the app does not start where the module is imported without forRoot', async () => {
    await expect(create(app(CognitoAuthModule))).rejects.toMatchObject({ code: 'configuration' })
  })
})

test.each<Record<string, unknown>>([{ bypass: ['/nothing'] }, { global: false }, { everything: false }])(
  'a polluted Object.prototype opens no path: %j',
  async (members) => {
    const options = { ...alb.options, authoriser, global: true, everything: true }
    const imports = [polluted(members, () => CognitoAuthModule.forRoot(options))]
    const origin = await listen(await create({ module: CognitoAuthModule, imports }))
    expect(await sendRaw(origin, { path: '/nothing' })).toMatchObject({ status: 401 })
  },
)

describe('configured twice', () => {
  /** Answers 403 to everybody. */
  const strict = Authoriser.fromLists({ allowedGroups: ['nobody'] })

  test.each([
    { what: 'the strict one first', swap: false },
    { what: 'the lax one first', swap: true },
  ])('with different options the app does not start: $what', async ({ swap }) => {
    // Nest 10 takes modules for one that differ in what a function closes over only.
    const [ofRoot, ofFeature] = (swap ? [authoriser, strict] : [strict, authoriser]).map((one) =>
      CognitoAuthModule.forRoot({ ...alb.options, authoriser: one }),
    ) as [DynamicModule, DynamicModule]
    @Module({ imports: [ofFeature], controllers: [Guarded] })
    class Feature {}
    const created = await create(app(ofRoot, Feature))
    await expect(created.init()).rejects.toThrow(/CognitoAuthModule is configured twice/)
  })

  test('by factories that look alike, too', async () => {
    const imports = [strict, authoriser].map((one) =>
      CognitoAuthModule.forRootAsync({ global: true, useFactory: () => ({ ...alb.options, authoriser: one }) }),
    )
    const created = await create(app(...imports))
    await expect(created.init()).rejects.toThrow(/CognitoAuthModule is configured twice/)
  })

  test.each([{ global: false }, { global: true }])(
    'the same module, imported in two places with global: $global, is one',
    async ({ global }) => {
      const module = CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })
      @Module({ imports: [module], controllers: [Guarded] })
      class Feature {}
      const origin = await listen(await create(app(module, Feature)))
      expect(await sendRaw(origin, { path: '/guarded' })).toMatchObject({
        status: 401,
        headers: { 'content-type': 'application/problem+json' },
      })
    },
  )

  test.each(platforms)('with one CognitoAuth, a refusal is answered once, on $platform', async ({ platform }) => {
    const auth = new CognitoAuth({ ...alb.options, authoriser, redirectUrl: REDIRECT_URL })
    const imports = [CognitoAuthModule.forRoot(auth), CognitoAuthModule.forRoot(auth), GuardedModule]
    const origin = await listen(await create(app(...imports), platform))
    expect(await sendRaw(origin, { path: '/guarded' })).toMatchObject({ status: 401 })
    const headers = { 'sec-fetch-dest': 'document' }
    expect(await sendRaw(origin, { path: '/guarded', headers })).toMatchObject({ status: 302 })
  })
})

describe('forRootAsync', () => {
  @Injectable()
  class Settings implements CognitoAuthOptionsFactory {
    createCognitoAuthOptions(): CognitoAuthOptions {
      return { ...alb.options, authoriser }
    }
  }

  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  @Injectable()
  class OptionsFactory implements CognitoAuthOptionsFactory {
    readonly #settings: Settings
    constructor(@Inject(Settings) settings: Settings) {
      this.#settings = settings
    }
    async createCognitoAuthOptions(): Promise<CognitoAuthOptions> {
      return this.#settings.createCognitoAuthOptions()
    }
  }

  test.each([
    {
      what: 'useFactory',
      given: {
        inject: [Settings],
        useFactory: async (settings: Settings) => settings.createCognitoAuthOptions(),
      },
    },
    {
      what: 'useFactory that gives a CognitoAuth',
      given: { useFactory: () => new CognitoAuth({ ...alb.options, authoriser }) },
    },
    { what: 'useClass', given: { useClass: OptionsFactory } },
    { what: 'useExisting', given: { useExisting: Settings } },
  ] satisfies { what: string; given: CognitoAuthModuleAsyncOptions }[])(
    'configures the guard of the whole app with $what',
    async ({ given }) => {
      const module = CognitoAuthModule.forRootAsync({ ...given, imports: [SettingsModule], global: true })
      const origin = await listen(await create(app(FeatureModule, module)))
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({
        status: 401,
        headers: { 'content-type': 'application/problem+json' },
      })
      expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({
        status: 200,
      })
    },
  )

  test.each([
    { what: 'nothing to use', options: { global: true } },
    { what: 'two things to use', options: { useClass: OptionsFactory, useExisting: Settings } },
    { what: 'a misspelt global', options: { useClass: OptionsFactory, golbal: true } },
  ])('refuses $what', ({ options }) => {
    expect(() => CognitoAuthModule.forRootAsync(options)).toThrow(expect.objectContaining({ code: 'configuration' }))
  })

  test('suggests what was meant', () => {
    expect(() => CognitoAuthModule.forRootAsync({ useClass: OptionsFactory, golbal: true } as object)).toThrow(
      /^forRootAsync\(\): Unknown option 'golbal'. Did you mean 'global'\?$/,
    )
  })

  test.each([
    { what: 'undefined', given: { useFactory: () => undefined } },
    { what: 'null', given: { useFactory: () => null } },
    { what: 'a promise of nothing', given: { useFactory: async () => undefined } },
    { what: 'a text', given: { useFactory: () => 'x' } },
    {
      what: 'nothing, from a class',
      given: {
        useClass: class {
          createCognitoAuthOptions(): void {}
        },
      },
    },
  ])('a factory that gives $what does not mean the environment', async ({ given }) => {
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', new URL('./auth-config.json', import.meta.url).pathname)
    const module = CognitoAuthModule.forRootAsync(given as unknown as CognitoAuthModuleAsyncOptions)
    await expect(create(app(module))).rejects.toThrow(/was given no options/)
  })

  test('the app does not start when the options are wrong', async () => {
    const module = CognitoAuthModule.forRootAsync({ useFactory: () => ({ authoriser: null }) })
    await expect(create(app(module))).rejects.toMatchObject({ code: 'configuration' })
  })
})

describe.each(platforms)('exception filters, on $platform', ({ platform }) => {
  const seen: unknown[] = []

  /** What Express's response and Fastify's reply have in common is little. */
  function answer(host: ArgumentsHost, status: number): void {
    const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: string): void } }>()
    response.status(status).send('teapot')
  }

  @Catch()
  class Everything implements ExceptionFilter {
    catch(exception: unknown, host: ArgumentsHost): void {
      seen.push(exception)
      answer(host, 418)
    }
  }

  @Catch(ForbiddenException)
  class OnlyForbidden implements ExceptionFilter {
    catch(_: unknown, host: ArgumentsHost): void {
      answer(host, 418)
    }
  }

  function withModule(redirectUrl?: string): DynamicModule {
    return app(CognitoAuthModule.forRoot({ ...alb.options, authoriser, redirectUrl, global: true }), FeatureModule)
  }

  test('a filter of the root module gets the exception of Nest, with our error as its cause', async () => {
    seen.length = 0
    const module = { ...withModule(), providers: [{ provide: APP_FILTER, useClass: Everything }] }
    const origin = await listen(await create(module, platform))
    const response = await sendRaw(origin, { path: '/' })
    expect(response).toMatchObject({ status: 418, body: 'teapot', headers: { 'www-authenticate': 'Bearer' } })
    expect(response.headers['content-type']).not.toContain('problem')
    expect(seen).toHaveLength(1)
    expect(seen[0]).toBeInstanceOf(UnauthorizedException)
    expect((seen[0] as HttpException).getStatus()).toBe(401)
    expect((seen[0] as HttpException).getResponse()).toMatchObject({ status: 401, code: 'missing_token' })
    expect((seen[0] as Error).cause).toMatchObject({ name: 'MissingTokenError' })
  })

  test('so does one of app.useGlobalFilters()', async () => {
    const created = await create(withModule(), platform)
    created.useGlobalFilters(new Everything())
    expect(await sendRaw(await listen(created), { path: '/' })).toMatchObject({ status: 418 })
  })

  test('a filter for other exceptions leaves ours to the module', async () => {
    const module = { ...withModule(), providers: [{ provide: APP_FILTER, useClass: OnlyForbidden }] }
    expect(await sendRaw(await listen(await create(module, platform)), { path: '/' })).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
    })
  })

  test("the module's filter leaves other exceptions alone", async () => {
    const origin = await listen(await create(withModule(), platform))
    const response = await sendRaw(origin, { path: '/missing' })
    expect(response.status).toBe(404)
    expect(JSON.parse(response.body)).toMatchObject({ statusCode: 404 })
  })

  test('a redirect asks for no credentials', async () => {
    const origin = await listen(await create(withModule(REDIRECT_URL), platform))
    const response = await sendRaw(origin, { path: '/', headers: { 'sec-fetch-dest': 'document' } })
    expect(response).toMatchObject({ status: 302, headers: { location: REDIRECT_URL } })
    expect(response.headers).not.toHaveProperty('www-authenticate')
  })

  test('HEAD is refused like GET, without a body', async () => {
    const origin = await listen(await create(withModule(), platform))
    expect(await sendRaw(origin, { method: 'HEAD', path: '/' })).toMatchObject({ status: 401, body: '' })
  })
})
