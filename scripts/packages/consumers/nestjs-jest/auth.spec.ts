/** A controller in a test of Jest as `nest new` sets it up, with real tokens, and without the guard. */
import { CognitoAuth, type User } from '@cognito-auth/core'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule, RequireGroups } from '@cognito-auth/nestjs'
import { authenticateAs } from '@cognito-auth/nestjs/testing'
import { createTestAlb } from '@cognito-auth/testing'
import { Controller, Get, type INestApplication, type ModuleMetadata } from '@nestjs/common'
import { Test, type TestingModuleBuilder } from '@nestjs/testing'

// Keys of a test load balancer are made anew, which takes long on a busy machine.
jest.setTimeout(60_000)

@Controller()
class HelloController {
  @Get()
  hello(@AuthUser() user: User): object {
    return { hello: user.email }
  }

  @RequireGroups('admins')
  @Get('admin')
  admin(): string {
    return 'ok'
  }
}

let app: INestApplication
afterEach(() => app.close())

async function start(builder: TestingModuleBuilder): Promise<string> {
  app = (await builder.compile()).createNestApplication({ logger: false })
  await app.listen(0, '127.0.0.1')
  return await app.getUrl()
}

async function setUp(): Promise<{ alb: Awaited<ReturnType<typeof createTestAlb>>; metadata: ModuleMetadata }> {
  const alb = await createTestAlb()
  const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser: null, global: true })
  return { alb, metadata: { imports: [auth], controllers: [HelloController] } }
}

test('tokens are verified', async () => {
  const { alb, metadata } = await setUp()
  const url = await start(Test.createTestingModule(metadata))
  const headers = await alb.headersFor({ email: 'dev@example.com' })
  expect(await (await fetch(url, { headers })).json()).toEqual({ hello: 'dev@example.com' })
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(`${url}/admin`, { headers })).status).toBe(403)
})

test('the guard is overridden', async () => {
  const { alb, metadata } = await setUp()
  const auth = new CognitoAuth({ ...alb.options, authoriser: null })
  const guard = authenticateAs(await auth.requireUser(await alb.headersFor({ groups: ['admins'] })))
  const url = await start(Test.createTestingModule(metadata).overrideGuard(CognitoAuthGuard).useValue(guard))
  expect((await fetch(`${url}/admin`)).status).toBe(200)
})
