/** What is written on a method, and is not on the function that Nest calls. */

import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, Module, Scope, type Type, UseGuards } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { CognitoAuthGuard, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { create, listen, type Method, root, signedIn, Timed } from './apps.js'
import { alb, AppModule, appOf, useModuleApps } from './module-app.js'

useModuleApps()

/** One that gives the descriptor anew. */
function Replaced(): MethodDecorator {
  const replace = (_target: object, _key: unknown, descriptor: PropertyDescriptor): PropertyDescriptor => ({
    ...descriptor,
    value: (descriptor.value as Method).bind(undefined),
  })
  return replace as MethodDecorator
}

function Proxied(): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    descriptor.value = new Proxy(descriptor.value as Method, {})
  }
}

/** What careful ones do: metadata goes with the function. */
function Careful(): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as Method
    const careful = (...args: unknown[]): unknown => original(...args)
    for (const key of Reflect.getMetadataKeys(original) as string[]) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), careful)
    }
    descriptor.value = careful
  }
}

/** A controller whose only handler has these decorators, in the order in which they are written. */
function controllerWith(...decorators: MethodDecorator[]): Type {
  @Controller()
  class Reports {
    report(): object {
      return { ok: true }
    }
  }
  const { prototype } = Reports
  for (const decorate of decorators.toReversed()) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'report') ?? {}
    const changed: unknown = decorate(prototype, 'report', descriptor)
    Object.defineProperty(prototype, 'report', (changed as PropertyDescriptor | undefined) ?? descriptor)
  }
  return Reports
}

describe('a decorator that replaces a method below ours keeps the app from starting', () => {
  test.each([
    { what: '@Timed() @RequireAdmin()', decorators: [Get(), Timed(), RequireAdmin()] },
    { what: '@Timed() @RequireGroups()', decorators: [Get(), Timed(), RequireGroups('admins')] },
    { what: '@Timed() @OptionalAuth()', decorators: [Get(), Timed(), OptionalAuth()] },
    { what: 'a new descriptor', decorators: [Get(), Replaced(), RequireAdmin()] },
    { what: 'a proxy', decorators: [Get(), Proxied(), RequireAdmin()] },
    { what: 'twice', decorators: [Get(), Timed(), Timed(), RequireAdmin()] },
    { what: 'one of two demands', decorators: [Get(), RequireAdmin(), Timed(), RequireGroups('admins')] },
    { what: 'public above it', decorators: [Get(), Public(), Timed(), RequireAdmin()] },
    { what: 'the guard above it', decorators: [Get(), UseGuards(CognitoAuthGuard), Timed(), RequireAdmin()] },
  ])('$what', async ({ decorators }) => {
    for (const global of [false, true]) {
      const app = await create(appOf({ controllers: [controllerWith(...decorators)], global }))
      await expect(app.init()).rejects.toThrow(/of Reports.report is lost: a decorator above it replaced the method/)
    }
  })

  test('without the module, where no guard is left that could tell', async () => {
    const type = controllerWith(Get(), Timed(), RequireAdmin())
    const app = await create({ module: AppModule, controllers: [type] })
    await expect(app.init()).rejects.toThrow(/@RequireAdmin\(\) of Reports.report is lost/)
  })

  test.each([{ global: false }, { global: true }])('by one on the class, with global $global', async ({ global }) => {
    /** Wraps all methods, and keeps what Nest routes by, and nothing else. */
    const Traced: ClassDecorator = ({ prototype }) => {
      for (const name of Object.getOwnPropertyNames(prototype).filter((one) => one !== 'constructor')) {
        const original = (prototype as Record<string, Method>)[name] as Method
        const traced: Method = (...args) => original(...args)
        for (const key of ['path', 'method']) {
          Reflect.defineMetadata(key, Reflect.getMetadata(key, original) as unknown, traced)
        }
        Object.defineProperty(prototype, name, { value: traced, configurable: true, writable: true })
      }
    }

    @Traced
    @Controller()
    class Reports {
      @Get()
      @RequireAdmin()
      report(): object {
        return { ok: true }
      }
    }
    const app = await create(appOf({ controllers: [Reports], global }))
    await expect(app.init()).rejects.toThrow(/@RequireAdmin\(\) of Reports.report is lost/)
  })

  test('where an instance has a function of its own', async () => {
    @Controller()
    class Bound {
      constructor() {
        this.report = this.report.bind(this)
      }

      @UseGuards(CognitoAuthGuard)
      @Get()
      report(): object {
        return { ok: true }
      }
    }
    const app = await create(appOf({ controllers: [Bound] }))
    await expect(app.init()).rejects.toThrow(
      /@UseGuards\(CognitoAuthGuard\) of Bound.report is lost: an instance has another function/,
    )
  })

  test('in a controller that another module lists among its providers, too', async () => {
    @Controller()
    class Both {
      constructor() {
        this.report = this.report.bind(this)
      }

      @RequireAdmin()
      @Get()
      report(): object {
        return { ok: true }
      }
    }
    @Module({})
    class First {}
    @Module({})
    class Second {}
    const { imports = [], ...top } = appOf({ global: true })
    const modules = [
      { module: First, providers: [Both] },
      { module: Second, controllers: [Both] },
    ]
    const app = await create({ ...top, imports: [...imports, ...modules] })
    await expect(app.init()).rejects.toThrow(/@RequireAdmin\(\) of Both.report is lost/)
  })

  test('where an instance has an accessor in the place of a method', async () => {
    @Controller()
    class Lazy {
      constructor() {
        const { report } = this
        Object.defineProperty(this, 'report', { get: () => report.bind(this) })
      }

      @RequireAdmin()
      @Get()
      report(): object {
        return { ok: true }
      }
    }
    const app = await create(appOf({ controllers: [Lazy], global: true }))
    await expect(app.init()).rejects.toThrow(
      /@RequireAdmin\(\) of Lazy.report is lost: an instance has another function/,
    )
  })

  test('in a controller that is made for each request', async () => {
    @Controller({ scope: Scope.REQUEST })
    class Scoped {
      @Get()
      @Timed()
      @RequireAdmin()
      report(): object {
        return { ok: true }
      }
    }
    await expect((await create(appOf({ controllers: [Scoped] }))).init()).rejects.toThrow(/of Scoped.report is lost/)
  })
})

describe('a decorator that replaces a method', () => {
  test.each([
    { what: 'below ours', decorators: [RequireAdmin(), Get(), Timed()] },
    { what: 'and takes the metadata along', decorators: [Get(), Careful(), RequireAdmin()] },
    { what: 'and is between ours and the route', decorators: [RequireAdmin(), Timed(), Get()] },
  ])('$what is none of our business', async ({ what, decorators }) => {
    const app = await create(appOf({ controllers: [controllerWith(...decorators)] }))
    const origin = await listen(app)
    const statuses = []
    for (const who of [undefined, signedIn, root]) {
      const headers = who === undefined ? {} : await alb.headersFor(who)
      statuses.push((await sendRaw(origin, { path: '/', headers })).status)
    }
    // A route below the decorator is lost itself: Nest knows of none.
    expect(statuses).toEqual(what.includes('between') ? [404, 404, 404] : [401, 403, 200])
  })
})

describe('a wrapper that copies what our decorators wrote, and not the guards', () => {
  const copyTo = (from: object, to: object): void => {
    for (const key of Reflect.getMetadataKeys(from) as string[]) {
      if (key !== '__guards__') Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to)
    }
  }
  const Partly: MethodDecorator = (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as Method
    const partly: Method = (...args) => original(...args)
    copyTo(original, partly)
    descriptor.value = partly
  }

  /** A controller of a class whose metadata was copied, but for the guards. */
  function copiedClass(): Type {
    @RequireAdmin()
    class Source {
      other(): void {}
    }
    @Controller()
    class Reports {
      @Get()
      report(): object {
        return { ok: true }
      }
    }
    copyTo(Source, Reports)
    return Reports
  }

  test.each([
    { what: 'a demand', type: controllerWith(Partly, Get(), RequireAdmin()), written: '@RequireAdmin()' },
    { what: 'groups', type: controllerWith(Get(), Partly, RequireGroups('a')), written: '@RequireGroups()' },
    { what: '@OptionalAuth()', type: controllerWith(Get(), Partly, OptionalAuth()), written: '@OptionalAuth()' },
    { what: 'a demand of a class', type: copiedClass(), written: '@RequireAdmin()' },
  ])('is open without a guard for the app, and does not start: $what', async ({ type, written }) => {
    await expect((await create(appOf({ controllers: [type] }))).init()).rejects.toThrow(
      `${written} of Reports.report is lost: what replaced the method, or the class, copied it without the guards`,
    )
  })

  test.each([
    { what: 'a guard for the app', type: controllerWith(Get(), Partly, RequireAdmin()), global: true },
    { what: 'a guard for the app, by its class', type: copiedClass(), global: true },
    {
      what: 'the guard above it',
      type: controllerWith(UseGuards(CognitoAuthGuard), Get(), Partly, RequireAdmin()),
      global: false,
    },
  ])('is asked with $what', async ({ type, global }) => {
    const origin = await listen(await create(appOf({ controllers: [type], global })))
    const statuses = []
    for (const who of [undefined, signedIn, root]) {
      const headers = who === undefined ? {} : await alb.headersFor(who)
      statuses.push((await sendRaw(origin, { path: '/', headers })).status)
    }
    expect(statuses).toEqual([401, 403, 200])
  })

  test('is open where it is public', async () => {
    const origin = await listen(await create(appOf({ controllers: [controllerWith(Get(), Partly, Public())] })))
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 200 })
  })
})
