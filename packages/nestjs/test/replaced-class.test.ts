/** Class decorators that put another object in the place of the class: Nest tells guards another class than it lists. */

import { sendRaw } from '@cognito-auth/testing/behaviour'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { Controller, Get, Scope, type Type, UseGuards } from '@nestjs/common'
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { describe, expect, test } from 'vitest'
import { CognitoAuthGuard, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { create, listen, root, signedIn } from './apps.js'
import { alb, appOf, useModuleApps } from './module-app.js'

useModuleApps()

type Replacement = <Class extends Type>(type: Class) => Class

const proxied: Replacement = (type) => new Proxy(type, {})

/** A function with the same prototype, which takes the metadata along that is there. */
const samePrototype: Replacement = (type) => {
  function Same(...args: unknown[]): unknown {
    return Reflect.construct(type, args)
  }
  Same.prototype = type.prototype as object
  Object.setPrototypeOf(Same, type)
  for (const key of Reflect.getMetadataKeys(type) as string[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, type), Same)
  }
  return Same as unknown as typeof type
}

/** What helpers for mixins do that copy all members. */
const mixed: Replacement = (type) => {
  class Mixin {
    other(): void {}
  }
  Object.defineProperty(type.prototype, 'constructor', { value: Mixin, configurable: true })
  return type
}

const REPLACEMENTS = [
  { how: 'a proxy', replace: proxied },
  { how: 'a function with its prototype', replace: samePrototype },
  { how: 'a mixin that overwrites the constructor', replace: mixed },
]

interface Decorators {
  readonly above?: ClassDecorator[]
  readonly below?: ClassDecorator[]
  readonly onMethod?: MethodDecorator[]
  readonly scope?: Scope
}

/** A controller that is replaced, with decorators above and below what replaces it. */
function controllerOf(replace: Replacement, { above = [], below = [], onMethod = [], scope }: Decorators): Type {
  class Reports {
    report(): object {
      return { ok: true }
    }
  }
  const { prototype } = Reports
  for (const decorate of [...onMethod, Get()]) {
    decorate(prototype, 'report', Object.getOwnPropertyDescriptor(prototype, 'report') ?? {})
  }
  for (const decorate of below) decorate(Reports)
  const type = replace(Reports)
  for (const decorate of [...above, Controller(scope === undefined ? {} : { scope })]) decorate(type)
  return type
}

/** What starts, and how it answers nobody, a developer and an admin. */
const SERVED: readonly {
  readonly what: string
  readonly given: Decorators
  readonly global: boolean
  readonly statuses: readonly number[]
}[] = [
  { what: 'below it', given: { below: [RequireAdmin()] }, global: true, statuses: [401, 403, 200] },
  {
    what: 'above and below it',
    given: { above: [RequireAdmin()], below: [RequireAdmin()] },
    global: false,
    statuses: [401, 403, 200],
  },
  { what: 'on a method', given: { onMethod: [RequireAdmin()] }, global: false, statuses: [401, 403, 200] },
  { what: 'on a method', given: { onMethod: [RequireAdmin()] }, global: true, statuses: [401, 403, 200] },
  { what: 'nowhere', given: {}, global: true, statuses: [401, 200, 200] },
  { what: 'nowhere', given: {}, global: false, statuses: [200, 200, 200] },
  // The class that it is told says nothing: it stays closed.
  { what: 'above it, public,', given: { above: [Public()] }, global: true, statuses: [401, 200, 200] },
]

describe.each(REPLACEMENTS)('by $how', ({ replace }) => {
  test.each([
    { what: 'a demand', above: [RequireAdmin()], written: '@RequireAdmin()' },
    { what: 'groups', above: [RequireGroups('admins')], written: '@RequireGroups()' },
    { what: 'a demand, for each request', above: [RequireAdmin()], scope: Scope.REQUEST, written: '@RequireAdmin()' },
    { what: 'the guard', above: [UseGuards(CognitoAuthGuard)], written: '@UseGuards(CognitoAuthGuard)' },
    { what: '@OptionalAuth()', above: [OptionalAuth()], written: '@OptionalAuth()' },
    { what: 'one of two demands', above: [RequireAdmin()], below: [RequireGroups('a')], written: '@RequireAdmin()' },
    { what: 'a demand over a public class', above: [RequireAdmin()], below: [Public()], written: '@RequireAdmin()' },
  ])('$what above it is lost: the app does not start', async ({ written, ...decorators }) => {
    for (const global of [true, false]) {
      const app = await create(appOf({ controllers: [controllerOf(replace, decorators)], global }))
      await expect(app.init()).rejects.toThrow(`${written} of `)
    }
  })

  // Of a class whose prototype names another one there is nothing below.
  const rows = SERVED.filter(({ given }) => replace !== mixed || given.below === undefined)
  test.each(rows)('what stands $what is asked, global: $global', async ({ given, global, statuses }) => {
    const origin = await listen(await create(appOf({ controllers: [controllerOf(replace, given)], global })))
    const found = []
    for (const who of [undefined, signedIn, root]) {
      const headers = who === undefined ? {} : await alb.headersFor(who)
      found.push((await sendRaw(origin, { path: '/', headers })).status)
    }
    expect(found).toEqual(statuses)
  })
})

describe.each([
  { how: 'a proxy', replace: proxied },
  { how: 'a function with its prototype', replace: samePrototype },
])('by $how', ({ replace }) => {
  test('a resolver and a gateway do not start either', async () => {
    @Resolver()
    class Queries {
      @Query(() => String)
      secret(): string {
        return 'secret'
      }
    }
    @WebSocketGateway()
    class Messages {
      @SubscribeMessage('secret')
      secret(): object {
        return { event: 'secret', data: 'secret' }
      }
    }
    for (const type of [Queries, Messages]) {
      const replaced = replace(type)
      RequireAdmin()(replaced)
      const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })
      const imports = type === Queries ? [graphql] : []
      const app = await create(appOf({ providers: [replaced], imports, global: true }))
      app.useWebSocketAdapter(new WsAdapter(app))
      await expect(app.init()).rejects.toThrow(`@RequireAdmin() of ${type.name} is lost: a class decorator`)
    }
  })
})

test('below a proxy Nest would not ask without a guard for the app, and the app does not start', async () => {
  const app = await create(appOf({ controllers: [controllerOf(proxied, { below: [RequireAdmin()] })] }))
  await expect(app.init()).rejects.toThrow('@RequireAdmin() of Reports is lost: a class decorator')
})
