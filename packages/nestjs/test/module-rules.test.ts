/** With the module, its options count for every guard that Nest makes, and those of the environment for none. */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Authoriser } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { Controller, Get, Inject, Injectable, Module, type Provider, type Type, UseGuards } from '@nestjs/common'
import { APP_GUARD, Reflector } from '@nestjs/core'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule } from '../src/index.js'
import { create, listen, signedIn, stranger } from './apps.js'

/** What a CommonJS library in an app of ES modules loads. */
const commonJs = createRequire(import.meta.url)('@cognito-auth/nestjs') as {
  readonly CognitoAuthGuard: typeof CognitoAuthGuard
  readonly RequireGroups: (...groups: string[]) => MethodDecorator
}

@Injectable()
class Extended extends CognitoAuthGuard {
  readonly reflector: unknown
  constructor(@Inject(Reflector) reflector: unknown) {
    super()
    this.reflector = reflector
  }
}

@Injectable()
class ExtendedCommonJs extends commonJs.CognitoAuthGuard {
  readonly reflector: unknown
  constructor(@Inject(Reflector) reflector: unknown) {
    super()
    this.reflector = reflector
  }
}

const guards = [
  { what: 'the guard', guard: CognitoAuthGuard },
  { what: 'a class that extends it and hands nothing to super()', guard: Extended },
  { what: 'the guard of the other build', guard: commonJs.CognitoAuthGuard },
  { what: 'a class that extends that one', guard: ExtendedCommonJs },
]

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

/** The environment allows developers, and the module visitors. */
beforeEach(() => {
  vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
  vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', fileURLToPath(new URL('./auth-config.json', import.meta.url)))
  vi.stubEnv('COGNITO_AUTH_REDIRECT_URL', '/of-the-environment')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

async function start(controller: Type, providers: Provider[] = [], more: object = {}): Promise<string> {
  const authoriser = Authoriser.fromLists({ allowedGroups: ['visitors'] })
  const options = { ...alb.options, authoriser, redirectUrl: '/of-the-module', ...more }
  @Module({ imports: [CognitoAuthModule.forRoot(options)], controllers: [controller], providers })
  class AppModule {}
  return await listen(await create(AppModule))
}

/** Who is allowed, and what others are answered with. */
async function answers(url: string): Promise<object> {
  const get = async (who?: object, accept = '*/*'): Promise<Response> => {
    const headers = who === undefined ? {} : await alb.headersFor(who)
    return await fetch(url, { headers: { ...headers, accept, 'sec-fetch-mode': 'navigate' }, redirect: 'manual' })
  }
  const nobody = await get()
  const page = await get(signedIn, 'text/html')
  return {
    visitor: await (await get(stranger)).text(),
    developer: (await get(signedIn)).status,
    nobody: [nobody.status, nobody.headers.get('content-type')],
    page: [page.status, page.headers.get('location')],
  }
}

const ofTheModule = {
  visitor: 'stranger@example.com',
  developer: 403,
  nobody: [401, 'application/problem+json'],
  page: [302, '/of-the-module'],
}

describe.each(guards)('the rules of the module count for $what', ({ guard }) => {
  test('on a handler', async () => {
    @Controller()
    class Hello {
      @UseGuards(guard)
      @Get()
      hello(@AuthUser('email') email: string): string {
        return email
      }
    }
    expect(await answers(await start(Hello))).toEqual(ofTheModule)
  })

  test('for the whole app, with no warning', async () => {
    @Controller()
    class Hello {
      @Get()
      hello(@AuthUser('email') email: string): string {
        return email
      }
    }
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    expect(await answers(await start(Hello, [{ provide: APP_GUARD, useClass: guard }]))).toEqual(ofTheModule)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })
})

test('the rules of the module count for a decorator of the other build', async () => {
  @Controller()
  class Hello {
    @commonJs.RequireGroups('visitors')
    @Get()
    hello(@AuthUser('email') email: string): string {
      return email
    }
  }
  expect(await answers(await start(Hello))).toEqual(ofTheModule)
})

test('the sign-out path of the environment does not count for the guard of the other build', async () => {
  vi.stubEnv('COGNITO_AUTH_DOMAIN', 'my.auth.eu-west-2.amazoncognito.com')
  vi.stubEnv('COGNITO_AUTH_LOGOUT_URLS', 'https://app.example.com/')
  vi.stubEnv('COGNITO_AUTH_SIGN_OUT_PATH', '/of-the-environment')
  @Controller()
  class Hello {
    @UseGuards(commonJs.CognitoAuthGuard)
    @Get()
    hello(): string {
      return 'hello'
    }
  }
  const origin = await start(Hello, [], { signOutPath: '/of-the-module' })
  expect((await fetch(`${origin}/of-the-environment`)).status).toBe(404)
  expect((await fetch(`${origin}/of-the-module`)).status).toBe(200)
})
