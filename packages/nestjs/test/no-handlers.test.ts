/** What is asked where Nest asks no guard, since it is no handler: on modules, services and their methods. */

import {
  type CanActivate,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  SetMetadata,
  type Type,
  UseGuards,
} from '@nestjs/common'
import { Resolver } from '@nestjs/graphql'
import { WebSocketGateway } from '@nestjs/websockets'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CognitoAuthGuard, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { create, listen, signedIn, Timed } from './apps.js'
import { alb, appOf, useModuleApps } from './module-app.js'

useModuleApps()

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
})

afterEach(() => {
  vi.restoreAllMocks()
})

@Controller()
class Cats {
  @Get()
  all(): object {
    return { ok: true }
  }
}

function moduleWith(decorate: ClassDecorator): Type {
  @decorate
  @Module({ controllers: [Cats] })
  class CatsModule {}
  return CatsModule
}

const asking = [
  { what: 'a demand', decorate: RequireAdmin() },
  { what: 'the guard', decorate: UseGuards(CognitoAuthGuard) },
  { what: '@OptionalAuth()', decorate: OptionalAuth() },
]

test.each(asking.flatMap((one) => [true, false].map((global) => ({ ...one, global }))))(
  'a module with $what does not start, with global: $global: its controllers would be open',
  async ({ decorate, global }) => {
    const app = await create(appOf({ global, imports: [moduleWith(decorate)] }))
    await expect(app.init()).rejects.toThrow(/^Nest would not ask the guard of CatsModule, which is a module:/)
  },
)

test('a module that is public, or is its own controller, starts', async () => {
  @RequireGroups('admins')
  @Controller()
  @Module({})
  class Both {
    @Get('both')
    both(): object {
      return { ok: true }
    }
  }
  const imports = [moduleWith(Public()), { module: Both, controllers: [Both] }]
  const origin = await listen(await create(appOf({ global: true, imports })))
  const headers = await alb.headersFor(signedIn)
  expect((await fetch(origin, { headers })).status).toBe(200)
  expect((await fetch(`${origin}/both`, { headers })).status).toBe(403)
})

function serviceWith(decorate: MethodDecorator, more: MethodDecorator): Type {
  @Injectable()
  class Service {
    @decorate
    @more
    remove(): void {}
  }
  return Service
}

const nothing: MethodDecorator = () => undefined

/** Without those for other things. */
function warnings(): unknown[] {
  const calls = vi.mocked(process.emitWarning).mock.calls
  return calls
    .filter(([, given]) => (given as { code?: unknown }).code === 'COGNITO_AUTH_NO_HANDLER')
    .map(([message]) => message)
}

test.each(asking)('a method of a service with $what is told at start', async ({ decorate }) => {
  await (await create(appOf({ global: true, providers: [serviceWith(decorate, nothing)] }))).init()
  expect(warnings()).toEqual([
    expect.stringMatching(/ask nothing on services and methods that are no handlers: Service\.remove\./),
  ])
})

test('so is one below a decorator of the app, and one that is given what it calls', async () => {
  @Injectable()
  class Reports {
    constructor(@Inject('x') readonly x: string) {}

    @RequireAdmin()
    @Timed()
    all(): void {}
  }
  const providers = [Reports, { provide: 'x', useValue: '' }]
  await (await create(appOf({ global: true, providers }))).init()
  expect(warnings()).toEqual([expect.stringContaining('Reports.all')])
})

test.each([
  { what: 'is public', decorate: Public(), more: nothing },
  { what: 'others may make a handler of', decorate: RequireAdmin(), more: SetMetadata('command', 'remove') },
  {
    what: 'others may make a handler of by its name',
    decorate: RequireAdmin(),
    more: ((target: object, key: string) => {
      Reflect.defineMetadata('command', 'remove', target, key)
    }) as MethodDecorator,
  },
])('a method that $what is not', async ({ decorate, more }) => {
  await (await create(appOf({ global: true, providers: [serviceWith(decorate, more)] }))).init()
  expect(warnings()).toEqual([])
})

test('nor is a method of a controller that nothing leads to', async () => {
  const Service = serviceWith(RequireAdmin(), nothing)
  Controller()(Service)
  await (await create(appOf({ global: true, controllers: [Service] }))).init()
  expect(warnings()).toEqual([])
})

function commandsWith(decorate: ClassDecorator): Type {
  const Service = serviceWith(SetMetadata('command', 'remove') as MethodDecorator, nothing)
  decorate(Service)
  return Service
}

function classWith(decorate: ClassDecorator, ...more: ClassDecorator[]): Type {
  @decorate
  @Injectable()
  class Service {
    remove(): void {}
  }
  for (const one of more) one(Service)
  return Service
}

test.each(asking)('a service with $what is told at start', async ({ decorate }) => {
  await (await create(appOf({ global: true, providers: [classWith(decorate)] }))).init()
  expect(warnings()).toEqual([expect.stringContaining('are no handlers: Service. ')])
})

@UseGuards(CognitoAuthGuard)
@Injectable()
class OwnGuard implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

test.each([
  { what: 'one that is public', providers: [classWith(Public())] },
  { what: 'one of which others may make handlers', providers: [commandsWith(RequireAdmin())] },
  { what: 'a gateway that only broadcasts', providers: [classWith(RequireAdmin(), WebSocketGateway())] },
  { what: 'a resolver without fields', providers: [classWith(RequireAdmin(), Resolver('Cat'))] },
  { what: 'a guard that brings ours', providers: [OwnGuard] },
])('$what is not', async ({ providers }) => {
  await (await create(appOf({ global: true, providers }))).init()
  expect(warnings()).toEqual([])
})
