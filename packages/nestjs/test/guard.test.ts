import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'
import { CognitoAuth, type User } from '@cognito-auth/core'
import { userOf } from '@cognito-auth/core/adapter'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  type Type,
  UseGuards,
} from '@nestjs/common'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule, OptionalAuth, Public, RequireGroups } from '../src/index.js'
import { authoriser, create, listen, platforms, signedIn, stranger } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

/** What apps read that know nothing of `@AuthUser()`. */
const RequestUser = createParamDecorator(
  (_, context: ExecutionContext) => context.switchToHttp().getRequest<{ user?: User }>().user?.email,
)

/** The request of Node under that of any framework. */
const NodeRequest = createParamDecorator((_, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<{ raw?: object }>()
  return request.raw ?? request
})

function moduleWith(...controllers: Type[]): Type {
  @Module({ controllers })
  class AppModule {}
  return AppModule
}

function configuredWith(...controllers: Type[]): Type {
  @Module({ imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser })], controllers })
  class AppModule {}
  return AppModule
}

describe.each(platforms)('the guard alone, configured by the environment, on $platform', ({ platform }) => {
  @Controller()
  class Hello {
    @UseGuards(CognitoAuthGuard)
    @Get()
    hello(@AuthUser() user: User): object {
      return user
    }

    @Get('open')
    open(): object {
      return { ok: true }
    }
  }

  beforeEach(() => {
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', fileURLToPath(new URL('./auth-config.json', import.meta.url)))
    vi.stubEnv('COGNITO_AUTH_REDIRECT_URL', 'https://example.com/denied')
    vi.stubGlobal('fetch', alb.options.fetch)
  })

  test('lets in a user who may come in', async () => {
    const origin = await listen(await create(moduleWith(Hello), platform))
    const { status, body } = await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ email: 'dev@example.com', groups: ['developers'] })
    expect(JSON.parse(body)).not.toHaveProperty('accessClaims')
  })

  test('answers with status, headers and body of the contract', async () => {
    const origin = await listen(await create(moduleWith(Hello), platform))
    const nobody = await sendRaw(origin, { path: '/' })
    expect(nobody).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
    })
    expect(JSON.parse(nobody.body)).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      code: 'missing_token',
    })
    expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(stranger) })).toMatchObject({ status: 403 })
    expect(await sendRaw(origin, { path: '/open' })).toMatchObject({ status: 200 })
  })

  test('answers 503 with Retry-After while keys are out of reach', async () => {
    const own = await createTestAlb()
    own.goOffline()
    vi.stubGlobal('fetch', own.options.fetch)
    const origin = await listen(await create(moduleWith(Hello), platform))
    const response = await sendRaw(origin, { path: '/', headers: await own.headersFor(signedIn) })
    expect(response.status).toBe(503)
    expect(response.headers['retry-after']).toMatch(/^\d+$/)
  })

  test('a mistake in the environment answers 500 until it is mended, and never opens', async () => {
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', '')
    const origin = await listen(await create(moduleWith(Hello), platform))
    const headers = await alb.headersFor(signedIn)
    const response = await sendRaw(origin, { path: '/', headers })
    expect(response.status).toBe(500)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'configuration' })
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
    expect(await sendRaw(origin, { path: '/', headers })).toMatchObject({ status: 200 })
  })

  test('guards of all modules of an app share the keys that were fetched', async () => {
    @Controller('other')
    class Other {
      @UseGuards(CognitoAuthGuard)
      @Get()
      hello(): object {
        return { ok: true }
      }
    }
    @Module({ imports: [moduleWith(Other)], controllers: [Hello] })
    class AppModule {}
    const own = await createTestAlb()
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', own.options.albArn)
    vi.stubGlobal('fetch', own.options.fetch)
    const origin = await listen(await create(AppModule, platform))
    const headers = await own.headersFor(signedIn)
    await sendRaw(origin, { path: '/', headers })
    const fetched = own.requests.length
    expect(await sendRaw(origin, { path: '/other', headers })).toMatchObject({ status: 200 })
    expect(own.requests).toHaveLength(fetched)
  })
})

describe.each(platforms)('who is believed, on $platform', ({ platform }) => {
  test('what others wrote to request.user is not', async () => {
    @Injectable()
    class Forger {
      canActivate(context: { switchToHttp(): { getRequest(): object } }): boolean {
        const user = { email: 'forged@example.com', groups: ['admins'], isAdmin: true, isIn: () => true }
        Object.assign(context.switchToHttp().getRequest(), { user })
        return true
      }
    }
    @UseGuards(Forger)
    @Controller()
    class Forged {
      @Get('unprotected')
      unprotected(@AuthUser('email') email: string): object {
        return { email }
      }
      @RequireGroups('admins')
      @Get('admins')
      admins(): object {
        return { ok: true }
      }
      @OptionalAuth()
      @Get('maybe')
      maybe(@AuthUser('email') email: string | null): object {
        return { email }
      }
      @Public()
      @Get('public')
      public(@AuthUser() user: User | null): object {
        return { user }
      }
    }
    const origin = await listen(await create(configuredWith(Forged), platform))
    const unprotected = await sendRaw(origin, { path: '/unprotected', headers: await alb.headersFor(signedIn) })
    expect(unprotected.status).toBe(500)
    expect(JSON.parse(unprotected.body)).toMatchObject({ code: 'configuration' })
    expect(await sendRaw(origin, { path: '/admins' })).toMatchObject({ status: 401 })
    expect(JSON.parse((await sendRaw(origin, { path: '/maybe' })).body)).toEqual({ email: null })
    expect(JSON.parse((await sendRaw(origin, { path: '/public' })).body)).toEqual({ user: null })
  })

  test('a handler sees the verified user at request.user', async () => {
    @UseGuards(CognitoAuthGuard)
    @Controller()
    class Courtesy {
      @Get()
      hello(@RequestUser() email: string): object {
        return { email }
      }
    }
    const origin = await listen(await create(configuredWith(Courtesy), platform))
    const { body } = await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })
    expect(JSON.parse(body)).toEqual({ email: 'dev@example.com' })
  })
})

describe.each(platforms)('what is remembered, on $platform', ({ platform }) => {
  test('a request that several guards ask about is verified once, and known by the request of Node', async () => {
    @UseGuards(CognitoAuthGuard)
    @Controller()
    class Twice {
      @RequireGroups('developers')
      @Get()
      hello(@NodeRequest() request: object): object {
        return { email: userOf(request)?.email }
      }
    }
    const verified: unknown[] = []
    const listener = (message: unknown): void => void verified.push(message)
    subscribe('cognito-auth:authenticated', listener)
    const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true })
    const origin = await listen(await create({ module: moduleWith(Twice), imports: [auth] }, platform))
    const { body } = await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })
    unsubscribe('cognito-auth:authenticated', listener)
    expect(JSON.parse(body)).toEqual({ email: 'dev@example.com' })
    expect(verified).toHaveLength(1)
  })
})

describe('made by hand', () => {
  test('an instance in @UseGuards works, and counts as the guard', async () => {
    const guard = new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser }))
    @Public()
    @Controller()
    class Hello {
      @UseGuards(guard)
      @Get()
      hello(@AuthUser('email') email: string): object {
        return { email }
      }
    }
    const origin = await listen(await create(moduleWith(Hello)))
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
    expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({ status: 200 })
  })

  test('a class that extends the guard is injected the same, and counts as the guard', async () => {
    @Injectable()
    class MyGuard extends CognitoAuthGuard {}
    @Public()
    @Controller()
    class Hello {
      @UseGuards(MyGuard)
      @Get()
      hello(@AuthUser('email') email: string): object {
        return { email }
      }
    }
    const origin = await listen(await create(configuredWith(Hello)))
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
    expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({ status: 200 })
  })

  test('CognitoAuth can be injected', async () => {
    @Public()
    @Controller()
    class Hello {
      readonly #auth: CognitoAuth
      constructor(@Inject(CognitoAuth) auth: CognitoAuth) {
        this.#auth = auth
      }
      @Get()
      hello(): object {
        return { is: this.#auth instanceof CognitoAuth }
      }
    }
    const origin = await listen(await create(configuredWith(Hello)))
    expect(JSON.parse((await sendRaw(origin, { path: '/' })).body)).toEqual({ is: true })
  })

  test('a property that no user has is a mistake', async () => {
    @UseGuards(CognitoAuthGuard)
    @Controller()
    class Hello {
      @Get()
      hello(@AuthUser('emial' as 'email') email: string): object {
        return { email }
      }
    }
    const origin = await listen(await create(configuredWith(Hello)))
    expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({ status: 500 })
  })

  test.each(platforms)(
    'without the module a mistake is in the log, and its answer is not kept, on $platform',
    async ({ platform }) => {
      @Controller()
      class Hello {
        @Get()
        hello(@AuthUser('email') email: string): object {
          return { email }
        }
      }
      const error = vi.spyOn(Logger.prototype, 'error').mockClear().mockReturnValue(undefined)
      const origin = await listen(await create(moduleWith(Hello), platform))
      const answer = await sendRaw(origin, { path: '/' })
      expect(error).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'configuration' }))
      expect(answer).toMatchObject({
        status: 500,
        headers: { 'cache-control': 'no-store' },
      })
    },
  )
})
