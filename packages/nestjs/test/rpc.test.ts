import { freePort } from '@cognito-auth/http-kit/ports'
import { createTestAlb } from '@cognito-auth/testing'
import { Controller, Module, type Type, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
} from '@nestjs/microservices'
import { firstValueFrom } from 'rxjs'
import { afterEach, expect, test, vi } from 'vitest'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule, Public, RequireGroups } from '../src/index.js'
import { authoriser, signedIn } from './apps.js'

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const handled = vi.fn<(data: unknown) => void>()

class Handlers {
  @MessagePattern('hello')
  hello(@Payload() data: unknown): unknown {
    handled(data)
    return data
  }

  @EventPattern('event')
  event(data: unknown): void {
    handled(data)
  }
}

@UseGuards(CognitoAuthGuard)
@Controller()
class Guarded extends Handlers {}

@RequireGroups('developers')
@Controller()
class Demanding extends Handlers {}

@Controller()
class Silent extends Handlers {}

@Public()
@Controller()
class Open {
  @MessagePattern('hello')
  hello(data: unknown): unknown {
    return data
  }

  @MessagePattern('who')
  who(@AuthUser() user: unknown, @AuthUser('email') email: unknown): unknown {
    return { user, email }
  }
}

@Controller()
class Unprotected {
  @MessagePattern('who')
  who(@AuthUser() user: unknown): unknown {
    return { user }
  }
}

/** A microservice over TCP, and a client of it. */
async function start(controller: Type, global: boolean): Promise<ClientProxy> {
  const alb = await createTestAlb()
  @Module({
    imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })],
    controllers: [controller],
  })
  class AppModule {}
  const options = { host: '127.0.0.1', port: await freePort() }
  const app = await NestFactory.createMicroservice(AppModule, {
    transport: Transport.TCP,
    options,
    logger: false,
  })
  open.push(app)
  await app.listen()
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options })
  open.push(client)
  await client.connect()
  handled.mockClear()
  return client
}

test.each([
  { what: 'with the guard', controller: Guarded, global: false },
  { what: 'that asks for a group', controller: Demanding, global: false },
  { what: 'of an app with the guard everywhere', controller: Silent, global: true },
])('a message for a microservice $what is refused, whatever it says of its user', async ({ controller, global }) => {
  const alb = await createTestAlb()
  const client = await start(controller, global)
  const headers = await alb.headersFor(signedIn)
  await expect(firstValueFrom(client.send('hello', { headers, user: signedIn }))).rejects.toMatchObject({
    status: 'error',
  })
  await firstValueFrom(client.emit('event', { headers }), { defaultValue: undefined })
  // Messages of a connection are handled in their order.
  await expect(firstValueFrom(client.send('hello', {}))).rejects.toBeDefined()
  expect(handled).not.toHaveBeenCalled()
})

test('a public handler is a matter of the app', async () => {
  const client = await start(Open, true)
  expect(await firstValueFrom(client.send('hello', 'x'))).toBe('x')
})

test('@AuthUser() of a public handler is null', async () => {
  const client = await start(Open, true)
  expect(await firstValueFrom(client.send('who', { user: signedIn }))).toEqual({ user: null, email: null })
})

test('@AuthUser() of a handler that nothing protects is a mistake', async () => {
  const client = await start(Unprotected, false)
  await expect(firstValueFrom(client.send('who', { user: signedIn }))).rejects.toMatchObject({ status: 'error' })
})

test.each([
  { inheritAppConfig: true, answer: 'refused' },
  { inheritAppConfig: false, answer: 'x' },
])(
  'in a hybrid app with inheritAppConfig $inheritAppConfig a handler that says nothing is: $answer',
  async ({ inheritAppConfig, answer }) => {
    const alb = await createTestAlb()
    @Module({
      imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true })],
      controllers: [Silent],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false })
    open.push(app)
    const options = { host: '127.0.0.1', port: await freePort() }
    app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig })
    await app.startAllMicroservices()
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options })
    open.push(client)
    expect(await firstValueFrom(client.send('hello', 'x')).catch(() => 'refused')).toBe(answer)
  },
)
