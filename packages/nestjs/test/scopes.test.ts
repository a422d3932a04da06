/** `@RequireScopes()`: of sessions behind the load balancer, and of bearer tokens. */

import { Authoriser } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, Module, type Type } from '@nestjs/common'
import { beforeAll, describe, expect, test } from 'vitest'
import { AuthUser, CognitoAuthModule, RequireAdmin, RequireGroups, RequireScopes } from '../src/index.js'
import { create, listen, platforms, signedIn } from './apps.js'

@Module({})
class AppModule {}

@RequireScopes('my-api/read')
@Controller()
class Api {
  @Get()
  read(@AuthUser('kind') kind: string): object {
    return { kind }
  }

  @RequireScopes('my-api/write', 'my-api/list')
  @Get('write')
  write(): object {
    return { ok: true }
  }

  @RequireGroups('admins')
  @Get('both')
  both(): object {
    return { ok: true }
  }
}

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

describe.each(platforms)('on $platform', ({ platform }) => {
  async function start(): Promise<string> {
    const options = {
      ...alb.options,
      authoriser: Authoriser.fromLists({ allowedClients: ['cli'] }),
      bearer: { clientId: 'cli' },
    }
    const imports = [CognitoAuthModule.forRoot(options)]
    return await listen(await create({ module: AppModule, imports, controllers: [Api] }, platform))
  }

  test.each([
    { path: '/', scopes: ['my-api/read'], status: 200 },
    { path: '/', scopes: ['my-api/write'], status: 403 },
    { path: '/', scopes: ['my-api/readx', 'my-api'], status: 403 },
    { path: '/write', scopes: ['my-api/read', 'my-api/write'], status: 403 },
    { path: '/write', scopes: ['my-api/write', 'my-api/list'], status: 403 },
    { path: '/write', scopes: ['my-api/list', 'my-api/read', 'my-api/write'], status: 200 },
    { path: '/both', scopes: ['my-api/read'], status: 403 },
  ])('$path answers $status to $scopes', async ({ path, scopes, status }) => {
    const headers = await alb.bearerFor({ clientId: 'cli' }, { scopes })
    expect(await sendRaw(await start(), { path, headers })).toMatchObject({ status })
  })

  test('what is missing is named, and without tokens it is 401', async () => {
    const origin = await start()
    const headers = await alb.bearerFor({ clientId: 'cli' }, { scopes: ['my-api/read'] })
    const response = await sendRaw(origin, { path: '/write', headers })
    expect(response).toMatchObject({
      status: 403,
      headers: {
        'content-type': 'application/problem+json',
        'www-authenticate': 'Bearer error="insufficient_scope", scope="my-api/write my-api/list"',
      },
    })
    expect(JSON.parse(response.body)).toMatchObject({ code: 'insufficient_scope' })
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
    const twice = { authorization: ['Bearer x', 'Bearer y'] as unknown as string }
    expect(await sendRaw(origin, { path: '/', headers: twice })).toMatchObject({ status: 401 })
    expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({ status: 403 })
  })
})

test.each([[], [''], ['a b'], ['a"b'], [undefined]])('RequireScopes(%j) is refused', (...scopes) => {
  expect(() => RequireScopes(...(scopes as string[]))).toThrow(/@RequireScopes\(\)/)
})

test('under groupsClaim the app does not start', async () => {
  const options = { ...alb.options, groupsClaim: 'groups', authoriser: null }
  const app = await create({ module: AppModule, imports: [CognitoAuthModule.forRoot(options)], controllers: [Api] })
  await expect(app.init()).rejects.toThrow(/@RequireScopes\(\) of Api and groupsClaim cannot be used together/)
})

test('under groupsClaim a handler that asks for scopes, among others, does not start, and other demands do', async () => {
  @Controller()
  class Both {
    @RequireScopes('my-api/read')
    @RequireAdmin()
    @Get()
    both(): object {
      return { ok: true }
    }
  }
  @RequireAdmin()
  @Controller()
  class Admins {
    @Get()
    one(): object {
      return { ok: true }
    }
  }
  const appWith = async (type: Type): ReturnType<typeof create> => {
    const options = { ...alb.options, groupsClaim: 'groups', authoriser: null }
    return await create({ module: AppModule, imports: [CognitoAuthModule.forRoot(options)], controllers: [type] })
  }
  await expect((await appWith(Both)).init()).rejects.toThrow(/@RequireScopes\(\) of Both/)
  const app = await appWith(Admins)
  await expect(app.init()).resolves.toBe(app)
})
