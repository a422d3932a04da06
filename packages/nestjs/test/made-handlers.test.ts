/** Decorators that make handlers out of one method, as `@TsRestHandler(contract)` does for each route of its contract. */

import { Controller, Get, type Type, UseGuards } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { CognitoAuthGuard, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { create, listen, type Method, root, signedIn } from './apps.js'
import { alb, AppModule, appOf, useModuleApps } from './module-app.js'

useModuleApps()

/** Makes a handler for each path, with the metadata that the method has by then. */
function Routes(...paths: string[]): MethodDecorator {
  return (target: object, key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as Method
    for (const path of paths) {
      const value = function made(this: unknown, ...args: unknown[]): unknown {
        return original.apply(this, args)
      }
      const made = { value, configurable: true, writable: true }
      Object.defineProperty(target, `${String(key)}_${path}`, made)
      Get(path)(target, `${String(key)}_${path}`, made)
      for (const name of Reflect.getMetadataKeys(original) as string[]) {
        Reflect.defineMetadata(name, Reflect.getMetadata(name, original), value)
      }
    }
  }
}

/** Makes a handler for each path, whose prototype is the method, as `@Implement(contract)` of oRPC does. */
function Heirs(...paths: string[]): MethodDecorator {
  return (target: object, key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as Method
    for (const path of paths) {
      const name = `${String(key)}_${path}`
      async function value(this: unknown, ...args: unknown[]): Promise<unknown> {
        return await original.apply(this, args)
      }
      Object.setPrototypeOf(value, original)
      const made = { value, configurable: true, writable: true }
      Object.defineProperty(target, name, made)
      for (const written of Reflect.getOwnMetadataKeys(target, key) as string[]) {
        Reflect.defineMetadata(written, Reflect.getOwnMetadata(written, target, key), target, name)
      }
      Get(path)(target, name, made)
    }
  }
}

const nothing: MethodDecorator & ClassDecorator = () => undefined

function controllerWith(above: MethodDecorator, below: MethodDecorator, onClass: ClassDecorator = nothing): Type {
  @onClass
  @Controller()
  class Posts {
    @above
    @Routes('one', 'two')
    @below
    handler(): object {
      return { ok: true }
    }
  }
  return Posts
}

const asking = [
  { what: 'a demand', decorate: RequireAdmin() },
  { what: 'the guard', decorate: UseGuards(CognitoAuthGuard) },
  { what: '@OptionalAuth()', decorate: OptionalAuth() },
]
const LOST = /^Nest would not ask the guard of Posts\.handler, out of which a decorator below it made handlers:/

describe('above one that makes handlers', () => {
  test.each(asking)('$what keeps the app from starting: the handlers would be open', async ({ decorate }) => {
    const app = await create(appOf({ controllers: [controllerWith(decorate, nothing)] }))
    await expect(app.init()).rejects.toThrow(LOST)
  })

  test('a demand does so with a guard for the whole app, and with the same demand on another method, too', async () => {
    const Posts = controllerWith(RequireAdmin(), RequireGroups('developers'))
    RequireAdmin()(Posts.prototype as object, 'handler_two', descriptorOf(Posts, 'handler_two'))
    const app = await create(appOf({ global: true, controllers: [Posts] }))
    await expect(app.init()).rejects.toThrow(LOST)
  })

  test.each(asking)('$what does so without the module, too', async ({ decorate }) => {
    const app = await create({ module: AppModule, controllers: [controllerWith(decorate, nothing)] })
    await expect(app.init()).rejects.toThrow(LOST)
  })

  test.each([
    { what: '@Public()', above: Public(), onClass: nothing },
    { what: 'the guard', above: UseGuards(CognitoAuthGuard), onClass: nothing },
    { what: 'what the class asks as well', above: RequireAdmin(), onClass: RequireAdmin() },
  ])('$what opens nothing where the whole app is protected', async ({ above, onClass }) => {
    const controllers = [controllerWith(above, nothing, onClass)]
    const origin = await listen(await create(appOf({ global: true, controllers })))
    expect((await fetch(`${origin}/one`)).status).toBe(401)
  })
})

function descriptorOf(type: Type, name: string): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(type.prototype, name) as PropertyDescriptor
}

describe('below one that makes handlers', () => {
  test.each([
    { what: 'a demand', decorate: RequireAdmin(), expected: [401, 403] },
    { what: 'the guard', decorate: UseGuards(CognitoAuthGuard), expected: [401, 200] },
    { what: '@OptionalAuth()', decorate: OptionalAuth(), expected: [200, 200] },
  ])('$what is asked of each of them', async ({ decorate, expected }) => {
    const origin = await listen(await create(appOf({ controllers: [controllerWith(nothing, decorate)] })))
    const headers = await alb.headersFor(signedIn)
    for (const path of ['one', 'two']) {
      const found = [await fetch(`${origin}/${path}`), await fetch(`${origin}/${path}`, { headers })]
      expect(found.map(({ status }) => status)).toEqual(expected)
    }
  })
})

describe('handlers whose prototype is the method', () => {
  const expected = [
    { what: 'a demand', decorate: RequireAdmin(), global: true, statuses: [401, 403, 200] },
    { what: 'a demand', decorate: RequireAdmin(), global: false, statuses: [401, 403, 200] },
    { what: 'the guard', decorate: UseGuards(CognitoAuthGuard), global: false, statuses: [401, 200, 200] },
    { what: '@OptionalAuth()', decorate: OptionalAuth(), global: true, statuses: [200, 200, 200] },
    { what: '@Public()', decorate: Public(), global: true, statuses: [200, 200, 200] },
  ]

  test.each(expected.flatMap((one) => ['above', 'below'].map((where) => ({ ...one, where }))))(
    '$what $where is asked of each of them, with global: $global',
    async ({ decorate, where, global, statuses }) => {
      @Controller()
      class Planets {
        @(where === 'above' ? decorate : nothing)
        @Heirs('one', 'two')
        @(where === 'below' ? decorate : nothing)
        handler(): object {
          return { ok: true }
        }
      }
      const origin = await listen(await create(appOf({ global, controllers: [Planets] })))
      const found: number[] = []
      for (const headers of [{}, await alb.headersFor(signedIn), await alb.headersFor(root)]) {
        found.push((await fetch(`${origin}/two`, { headers })).status)
      }
      expect(found).toEqual(statuses)
    },
  )
})
