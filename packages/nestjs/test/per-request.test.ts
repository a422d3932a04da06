/** Controllers and resolvers that are made for each request, and put functions in the place of their handlers. */

import { sendRaw } from '@cognito-auth/testing/behaviour'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { Controller, Get, Inject, Injectable, Scope, type Type, UseGuards } from '@nestjs/common'
import { REQUEST } from '@nestjs/core'
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql'
import { describe, expect, test } from 'vitest'
import { CognitoAuthGuard, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { create, listen, platforms, root, signedIn } from './apps.js'
import { alb, AppModule, appOf, useModuleApps } from './module-app.js'

useModuleApps()

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

/** Binds its handler, as whoever passes methods on does. */
function binds(decorator: MethodDecorator): Type {
  @Controller({ scope: Scope.REQUEST })
  class Binds {
    readonly request: unknown

    constructor(@Inject(REQUEST) request: unknown) {
      this.request = request
      this.report = this.report.bind(this)
    }

    @Get()
    @decorator
    report(): object {
      return { ok: true }
    }

    @RequireAdmin()
    @Get('other')
    other(): object {
      return { ok: true }
    }
  }
  return Binds
}

/** Is made for each request because of what it needs. */
@Controller()
class Bubbles {
  constructor(@Inject(PerRequest) _needed: unknown) {
    this.report = this.report.bind(this)
  }

  @Get()
  @RequireAdmin()
  report(): object {
    return { ok: true }
  }
}

/** Takes another handler's function: what it is called says nothing. */
@Controller({ scope: Scope.REQUEST })
class Swaps {
  constructor() {
    this.report = this.open.bind(this)
  }

  @Get('open')
  open(): object {
    return { ok: true }
  }

  @Get()
  @RequireAdmin()
  report(): object {
    return { ok: true }
  }
}

abstract class AdminBase {
  @Get()
  @RequireAdmin()
  report(): object {
    return { ok: true }
  }
}

@Controller({ scope: Scope.REQUEST })
class Arrow extends AdminBase {
  constructor() {
    super()
    this.report = () => ({ ok: true })
  }
}

const status = async (origin: string, path: string, who?: typeof signedIn): Promise<number> =>
  (await sendRaw(origin, { path, headers: who === undefined ? {} : await alb.headersFor(who) })).status

describe.each(platforms)('a handler that lost what is written on its method, on $platform', ({ platform }) => {
  test.each([
    { what: 'a demand', type: binds(RequireAdmin()) },
    { what: 'groups', type: binds(RequireGroups('admins')) },
    { what: 'a demand, where a dependency is made for each request', type: Bubbles },
    { what: 'a demand, to the function of another handler', type: Swaps },
    { what: 'a demand that it inherits', type: Arrow },
    { what: '@OptionalAuth()', type: binds(OptionalAuth()) },
    { what: 'the guard', type: binds(UseGuards(CognitoAuthGuard)) },
  ])('is answered with 500: $what', async ({ type }) => {
    for (const global of [true, false]) {
      const origin = await listen(
        await create(appOf({ controllers: [type], global, providers: [PerRequest] }), platform),
      )
      expect(await status(origin, '/')).toBe(global ? 401 : 500)
      for (const who of [signedIn, root]) expect(await status(origin, '/', who)).toBe(500)
    }
  })
})

test.each([true, false])('a handler beside it is served, with global: %s', async (global) => {
  const origin = await listen(
    await create(appOf({ controllers: [binds(RequireAdmin())], global, providers: [PerRequest] })),
  )
  const answers = [await status(origin, '/other'), await status(origin, '/other', signedIn)]
  expect([...answers, await status(origin, '/other', root)]).toEqual([401, 403, 200])
})

/** Routes to a function that is called as a handler of the class that extends it is. */
class Crud {
  constructor() {
    this.list = this.run.bind(this, 'list')
  }

  @Get('list')
  list(): object {
    return { ok: true }
  }

  run(_operation: string): object {
    return { ok: true }
  }
}

test.each([
  { scope: Scope.DEFAULT, open: Public() },
  { scope: Scope.DEFAULT, open: OptionalAuth() },
  { scope: Scope.REQUEST, open: Public() },
  { scope: Scope.REQUEST, open: OptionalAuth() },
])('a public class opens no handler that it inherits under the name of its own: %j', async ({ scope, open }) => {
  @open
  @Controller({ path: 'x', scope })
  class Extends extends Crud {
    override run(): object {
      return { ok: true }
    }
  }
  const origin = await listen(await create(appOf({ controllers: [Extends], global: true })))
  expect(await status(origin, '/x/list')).toBe(401)
})

/** Extends what has a function in the place of a handler whose name is that of another method. */
function namedAlike(scope: Scope): Type {
  class Named extends Crud {
    constructor() {
      super()
      Object.defineProperty(this.list, 'name', { value: 'run' })
    }
  }
  @Public()
  @Controller({ path: 'x', scope })
  class Extends extends Named {
    override run(): object {
      return { ok: true }
    }
  }
  return Extends
}

test('nor where it has that very name: the app does not start', async () => {
  await expect(create(appOf({ controllers: [namedAlike(Scope.DEFAULT)], global: true })).then(listen)).rejects.toThrow(
    /of Extends\.list is lost/,
  )
})

test('nor where it has that very name and is made for each request', async () => {
  const origin = await listen(await create(appOf({ controllers: [namedAlike(Scope.REQUEST)], global: true })))
  expect([await status(origin, '/x/list'), await status(origin, '/x/list', signedIn)]).toEqual([401, 500])
})

test('without the module it is refused, too', async () => {
  const app = await create({ module: AppModule, controllers: [binds(RequireAdmin())] })
  expect(await status(await listen(app), '/')).toBe(500)
})

describe('what lost nothing is served', () => {
  /** Copies what is written, as careful ones do. */
  @Controller({ scope: Scope.REQUEST })
  class Careful {
    constructor() {
      const bound = this.report.bind(this)
      for (const key of Reflect.getMetadataKeys(this.report) as string[]) {
        Reflect.defineMetadata(key, Reflect.getMetadata(key, this.report), bound)
      }
      this.report = bound
    }

    @Get()
    @RequireAdmin()
    report(): object {
      return { ok: true }
    }
  }

  /** Asks by its class. */
  @RequireAdmin()
  @Controller({ scope: Scope.REQUEST })
  class ByClass {
    readonly arrow = (): object => ({ ok: true })

    constructor() {
      this.report = this.report.bind(this)
    }

    @Get()
    report(): object {
      return { ok: true }
    }
  }

  /** Says nothing of the handler that it binds. */
  @Controller({ scope: Scope.REQUEST })
  class Silent {
    constructor() {
      this.report = this.report.bind(this)
    }

    @Get()
    report(): object {
      return { ok: true }
    }

    @RequireAdmin()
    @Get('other')
    other(): object {
      return { ok: true }
    }
  }

  test.each([
    { what: 'copied metadata', type: Careful, global: true, statuses: [401, 403, 200] },
    { what: 'copied metadata', type: Careful, global: false, statuses: [401, 403, 200] },
    { what: 'a demand of the class', type: ByClass, global: true, statuses: [401, 403, 200] },
    { what: 'a demand of the class', type: ByClass, global: false, statuses: [401, 403, 200] },
    { what: 'no demand', type: Silent, global: true, statuses: [401, 200, 200] },
    { what: 'no demand', type: Silent, global: false, statuses: [200, 200, 200] },
    // Nobody is let in by what is not there: with a guard for the app it is closed.
    { what: '@Public() that is lost', type: binds(Public()), global: true, statuses: [401, 200, 200] },
  ])('$what, global: $global', async ({ type, global, statuses }) => {
    const origin = await listen(await create(appOf({ controllers: [type], global })))
    const found = []
    for (const who of [undefined, signedIn, root]) found.push(await status(origin, '/', who))
    expect(found).toEqual(statuses)
  })

  test('and so are the other handlers of a class that binds one that asks nothing', async () => {
    const origin = await listen(await create(appOf({ controllers: [Silent], global: false })))
    expect(await status(origin, '/other')).toBe(401)
    expect(await status(origin, '/other', signedIn)).toBe(403)
    expect(await status(origin, '/other', root)).toBe(200)
  })
})

test.each([{ global: true }, { global: false }])('a resolver is refused, with global: $global', async ({ global }) => {
  @Resolver()
  @Injectable({ scope: Scope.REQUEST })
  class Queries {
    constructor() {
      this.secret = this.secret.bind(this)
    }

    @Query(() => String)
    @RequireAdmin()
    secret(): string {
      return 'secret'
    }
  }
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    csrfPrevention: false,
  })
  const origin = await listen(await create(appOf({ global, providers: [Queries], imports: [graphql] })))
  for (const who of [undefined, signedIn, root]) {
    const headers = who === undefined ? {} : await alb.headersFor(who)
    const response = await fetch(`${origin}/graphql?query={secret}`, {
      headers: { 'content-type': 'application/json', ...headers },
    })
    const answer = await response.text()
    const code = who === undefined && global ? 'missing_token' : 'configuration'
    expect(JSON.parse(answer)).toMatchObject({ errors: [{ extensions: { cognitoAuth: { code } } }] })
    // The log names the handler.
    expect(answer).not.toContain('Queries')
  }
})
