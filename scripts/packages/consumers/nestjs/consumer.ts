/** An app that greets who may come in, a gateway, and their test. Decorators are called, so that any compiler will do. */
import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import { CognitoAuth, type User } from '@cognito-auth/core'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule, Public, RequireGroups } from '@cognito-auth/nestjs'
import { authenticateAs } from '@cognito-auth/nestjs/testing'
import { createTestAlb } from '@cognito-auth/testing'
import { Controller, Get, type INestApplication, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { Test } from '@nestjs/testing'
import { WebSocketGateway } from '@nestjs/websockets'

class Hello {
  hello(user: User, email: string): object {
    return { hello: user.email, also: email }
  }
  admin(): string {
    return 'ok'
  }
  health(): string {
    return 'ok'
  }
}
class Chat {
  readonly name = 'chat'
}
class AppModule {
  readonly name = 'app'
}
WebSocketGateway({ path: '/chat' })(Chat)
UseGuards(CognitoAuthGuard)(Chat)
Controller()(Hello)
AuthUser()(Hello.prototype, 'hello', 0)
AuthUser('email')(Hello.prototype, 'hello', 1)

function decorate(name: 'hello' | 'admin' | 'health', ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(Hello.prototype, name)
  assert(descriptor)
  for (const decorator of decorators) decorator(Hello.prototype, name, descriptor)
}
decorate('hello', Get())
decorate('admin', Get('admin'), RequireGroups('admins'))
decorate('health', Get('health'), Public())

/** Status of a WebSocket handshake; 101 is a connection. */
async function handshake(base: string, headers: Record<string, string>): Promise<number | undefined> {
  const upgrade = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const request = get(`${base}/chat`, { headers: { ...headers, ...upgrade } })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('upgrade', resolve).once('error', reject)
  })
  response.socket.destroy()
  return response.statusCode
}

async function using(app: INestApplication, test: (base: string) => Promise<void>): Promise<void> {
  app.useWebSocketAdapter(new WsAdapter(app))
  await app.listen(0, '127.0.0.1')
  try {
    await test(await app.getUrl())
  } finally {
    await app.close()
  }
}

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser: null, global: true })
  Module({ imports: [auth], controllers: [Hello], providers: [Chat] })(AppModule)

  await using(await NestFactory.create(AppModule, { logger: false }), async (base) => {
    const headers = await alb.headersFor({ email: 'dev@example.com' })
    const welcome = await fetch(base, { headers })
    assert.equal(welcome.status, 200)
    assert.deepEqual(await welcome.json(), { hello: 'dev@example.com', also: 'dev@example.com' })
    const refused = await fetch(base)
    assert.equal(refused.status, 401)
    assert.equal(refused.headers.get('content-type'), 'application/problem+json')
    assert.equal((await fetch(`${base}/admin`, { headers })).status, 403)
    assert.equal((await fetch(`${base}/health`)).status, 200)
    assert.equal(await handshake(base, headers), 101)
    assert.equal(await handshake(base, {}), 401)
  })

  const core = new CognitoAuth({ ...alb.options, authoriser: null })
  const guard = authenticateAs(await core.requireUser(await alb.headersFor({ groups: ['admins'] })))
  const builder = Test.createTestingModule({ imports: [AppModule] })
  const tested = await builder.overrideGuard(CognitoAuthGuard).useValue(guard).compile()
  await using(tested.createNestApplication({ logger: false }), async (base) => {
    assert.equal((await fetch(`${base}/admin`)).status, 200)
  })
}

void main()
