/** What is asked where Nest asks no guard, since it is no handler: on modules, and on methods of services. */

import { Controller, Get, Inject, Injectable, Module, SetMetadata, type Type, UseGuards } from '@nestjs/common'
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

function warnings(): unknown[] {
  return vi.mocked(process.emitWarning).mock.calls.map(([message]) => message)
}

test.each(asking)('a method of a service with $what is told at start', async ({ decorate }) => {
  await (await create(appOf({ global: true, providers: [serviceWith(decorate, nothing)] }))).init()
  expect(warnings()).toEqual([expect.stringMatching(/ask nothing on methods that are no handlers: Service\.remove\./)])
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
