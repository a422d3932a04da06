import { createMockUser, type User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, Module, type Type, UseGuards } from '@nestjs/common'
import { Test, type TestingModuleBuilder } from '@nestjs/testing'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  OptionalAuth,
  Public,
  RequireAdmin,
  RequireGroups,
} from '../src/index.js'
import { authenticateAs } from '../src/testing.js'
import { authoriser, listen } from './apps.js'

@Controller()
class Routes {
  @UseGuards(CognitoAuthGuard)
  @Get()
  hello(@AuthUser() user: User): object {
    return { email: user.email }
  }
  @RequireGroups('admins')
  @Get('admins')
  admins(): object {
    return { ok: true }
  }
  @RequireAdmin()
  @Get('admin')
  admin(): object {
    return { ok: true }
  }
  @OptionalAuth()
  @Get('maybe')
  maybe(@AuthUser('email') email: string | null): object {
    return { email }
  }
  @Public()
  @Get('public')
  public(): object {
    return { ok: true }
  }
}

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

function appModule(global: boolean): Type {
  @Module({ imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })], controllers: [Routes] })
  class AppModule {}
  return AppModule
}

async function start(builder: TestingModuleBuilder): Promise<string> {
  const module = await builder.compile()
  return await listen(module.createNestApplication({ logger: false }))
}

describe.each([{ global: false }, { global: true }])('in an app with global: $global', ({ global }) => {
  test.each([
    { path: '/', user: { groups: ['visitors'] }, status: 200 },
    { path: '/admins', user: { groups: ['visitors'] }, status: 403 },
    { path: '/admins', user: { groups: ['admins'] }, status: 200 },
    { path: '/admin', user: {}, status: 403 },
    { path: '/admin', user: { isAppAdmin: true }, status: 200 },
    { path: '/public', user: null, status: 200 },
    { path: '/', user: null, status: 401 },
    { path: '/maybe', user: null, status: 200 },
  ])('overrideGuard with authenticateAs($user): $path answers $status', async ({ path, user, status }) => {
    const guard = authenticateAs(user && createMockUser(user))
    const builder = Test.createTestingModule({ imports: [appModule(global)] })
    const origin = await start(builder.overrideGuard(CognitoAuthGuard).useValue(guard))
    expect(await sendRaw(origin, { path })).toMatchObject({ status })
  })

  test('overrideGuard takes any guard', async () => {
    const builder = Test.createTestingModule({ imports: [appModule(global)] })
    const origin = await start(builder.overrideGuard(CognitoAuthGuard).useValue({ canActivate: () => true }))
    expect(await sendRaw(origin, { path: '/admins' })).toMatchObject({ status: 200 })
  })

  test('what is not overridden is protected', async () => {
    const origin = await start(Test.createTestingModule({ imports: [appModule(global)] }))
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
  })
})

test('overrideProvider replaces the guard of the whole app', async () => {
  @Controller()
  class Hello {
    @Get()
    hello(@AuthUser('email') email: string): object {
      return { email }
    }
  }
  @Module({ imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true })], controllers: [Hello] })
  class AppModule {}
  const guard = authenticateAs(createMockUser({ email: 'a@example.com' }))
  const builder = Test.createTestingModule({ imports: [AppModule] })
  const origin = await start(builder.overrideProvider(CognitoAuthGuard).useValue(guard))
  expect(JSON.parse((await sendRaw(origin, { path: '/' })).body)).toEqual({ email: 'a@example.com' })
})

test.each(['production', 'prod', ' Production ', 'staging', 'live'])(
  'authenticateAs is refused with NODE_ENV=%j',
  (mode) => {
    const user = createMockUser()
    vi.stubEnv('NODE_ENV', mode)
    expect(() => authenticateAs(user)).toThrow(expect.objectContaining({ code: 'configuration' }))
  },
)
