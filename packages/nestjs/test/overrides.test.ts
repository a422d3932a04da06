/** Overrides of handlers that say less than what they override. */

import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, type Type, UseGuards } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { CognitoAuthGuard, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { admin, create, listen, signedIn } from './apps.js'
import { alb, appOf, useModuleApps } from './module-app.js'

useModuleApps()

describe('an override', () => {
  class Crud {
    @RequireGroups('admins')
    @Get('one')
    one(): object {
      return { ok: true }
    }

    @UseGuards(CognitoAuthGuard)
    @Get('two')
    two(): object {
      return { ok: true }
    }

    @Public()
    @Get('open')
    open(): object {
      return { ok: true }
    }

    @OptionalAuth()
    @Get('maybe')
    maybe(): object {
      return { ok: true }
    }
  }

  /** A controller over `Crud` whose method has these decorators. */
  function over(name: keyof Crud, onMethod: MethodDecorator[] = [], onClass: ClassDecorator[] = []): Type {
    @Controller()
    class Cats extends Crud {}
    const descriptor = { value: () => ({ overridden: true }), configurable: true, writable: true }
    Object.defineProperty(Cats.prototype, name, descriptor)
    for (const decorate of [...onMethod, Get(name)]) decorate(Cats.prototype, name, descriptor)
    for (const decorate of onClass) decorate(Cats)
    return Cats
  }

  test.each([
    { what: 'of a demand', type: over('one') },
    { what: 'of a demand, by a class with the guard', type: over('one', [], [UseGuards(CognitoAuthGuard)]) },
    { what: 'of a demand, by a class with another', type: over('one', [], [RequireGroups('developers')]) },
    { what: 'of a demand, by a public class', type: over('one', [], [Public()]) },
  ])('without what it overrides keeps the app from starting: $what', async ({ type }) => {
    for (const global of [false, true]) {
      const app = await create(appOf({ controllers: [type], global }))
      await expect(app.init()).rejects.toThrow(/@RequireGroups\(\) of Crud.one is lost: Cats overrides it/)
    }
  })

  test.each([
    { name: 'two', written: '@UseGuards(CognitoAuthGuard)' },
    { name: 'maybe', written: '@OptionalAuth()' },
  ] as const)('of $name() is open without a guard for the app, and does not start', async ({ name, written }) => {
    const app = await create(appOf({ controllers: [over(name)] }))
    await expect(app.init()).rejects.toThrow(`${written} of Crud.${name} is lost: Cats overrides it`)
  })

  test.each([
    { what: 'a user is needed, by an optional class', name: 'two', decorator: OptionalAuth() },
    { what: 'a user is needed, by a public class', name: 'two', decorator: Public() },
    { what: 'tokens are judged, by a public class', name: 'maybe', decorator: Public() },
  ] as const)('without saying that $what, keeps the app from starting', async ({ name, decorator }) => {
    for (const global of [false, true]) {
      const app = await create(appOf({ controllers: [over(name, [], [decorator])], global }))
      await expect(app.init()).rejects.toThrow(`of Crud.${name} is lost: Cats overrides it`)
    }
  })

  test('beyond one that overrides it, too, and says nothing', async () => {
    class Silent extends Crud {
      override one(): object {
        return { ok: true }
      }
    }
    @Controller()
    class Cats extends Silent {
      @Get('one')
      override one(): object {
        return { ok: true }
      }
    }
    await expect((await create(appOf({ controllers: [Cats] }))).init()).rejects.toThrow(
      /@RequireGroups\(\) of Crud.one is lost: Cats overrides it/,
    )
  })

  test('two classes away', async () => {
    @Controller()
    class Kittens extends over('two', [RequireAdmin()]) {
      @Get('two')
      two(): object {
        return { ok: true }
      }
    }
    await expect((await create(appOf({ controllers: [Kittens], global: true }))).init()).rejects.toThrow(
      /@RequireAdmin\(\) of Cats.two is lost: Kittens overrides it/,
    )
  })

  test.each([
    {
      what: 'repeats it',
      name: 'one',
      type: over('one', [RequireGroups('admins')]),
      global: false,
      statuses: [401, 403, 200],
    },
    {
      what: 'asks something else',
      name: 'one',
      type: over('one', [RequireGroups('developers')]),
      global: false,
      statuses: [401, 200, 403],
    },
    { what: 'is public', name: 'one', type: over('one', [Public()]), global: false, statuses: [200, 200, 200] },
    {
      what: 'has a class that asks the same',
      name: 'one',
      type: over('one', [], [RequireGroups('admins')]),
      global: false,
      statuses: [401, 403, 200],
    },
    { what: 'has a guard for the app', name: 'two', type: over('two'), global: true, statuses: [401, 200, 200] },
    {
      what: 'has its own class guarded',
      name: 'two',
      type: over('two', [], [UseGuards(CognitoAuthGuard)]),
      global: false,
      statuses: [401, 200, 200],
    },
    {
      what: 'was optional, and is protected',
      name: 'maybe',
      type: over('maybe'),
      global: true,
      statuses: [401, 200, 200],
    },
    { what: 'was public, and is protected', name: 'open', type: over('open'), global: true, statuses: [401, 200, 200] },
  ])('that $what starts, and is taken at its word', async ({ name, type, global, statuses }) => {
    const origin = await listen(await create(appOf({ controllers: [type], global })))
    const found = []
    for (const who of [undefined, signedIn, admin]) {
      const headers = who === undefined ? {} : await alb.headersFor(who)
      found.push((await sendRaw(origin, { path: `/${name}`, headers })).status)
    }
    expect(found).toEqual(statuses)
  })

  test('that Nest does not route is none of our business', async () => {
    @Controller()
    class Unrouted extends Crud {
      override one(): object {
        return { ok: true }
      }
    }
    const origin = await listen(await create(appOf({ controllers: [Unrouted] })))
    expect(await sendRaw(origin, { path: '/one' })).toMatchObject({ status: 404 })
    expect(await sendRaw(origin, { path: '/two' })).toMatchObject({ status: 401 })
  })
})
