/** GraphQL by a schema that is written, where `__resolveType()` tells the type of an interface: Nest asks no guard for it. */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type DynamicModule, type INestApplication, Module, type Type, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { GraphQLModule, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule, Public, RequireGroups } from '../src/index.js'
import { admin, authoriser, create, listen, signedIn } from './apps.js'

@Module({})
class AppModule {}

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

const typeDefs =
  'type Query { named: Named } interface Named { name: String } type Cat implements Named { name: String }'

async function appWith(...onMethod: MethodDecorator[]): Promise<{ app: INestApplication; headers: object }> {
  @UseGuards(CognitoAuthGuard)
  @Resolver('Named')
  class NamedResolver {
    @Query()
    named(): object {
      return { name: 'Tom' }
    }

    @ResolveField()
    __resolveType(): string {
      return 'Cat'
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(NamedResolver.prototype, '__resolveType') ?? {}
  for (const decorate of onMethod) decorate(NamedResolver.prototype, '__resolveType', descriptor)
  const imports = [
    CognitoAuthModule.forRoot({ ...alb.options, authoriser }),
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      typeDefs,
      playground: false,
      csrfPrevention: false,
    }),
  ]
  const app = await create({ module: AppModule, imports, providers: [NamedResolver] })
  return { app, headers: await alb.headersFor(signedIn) }
}

test('it asks nothing, whatever its class asks: the query was asked', async () => {
  const { app, headers } = await appWith()
  const url = `${await listen(app)}/graphql?query={named{name,__typename}}`
  const ask = async (given: object): Promise<unknown> =>
    await (await fetch(url, { headers: { 'content-type': 'application/json', ...given } })).json()
  expect(await ask({})).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  expect(await ask(headers)).toEqual({ data: { named: { name: 'Tom', __typename: 'Cat' } } })
})

test('it may not be told to ask: the app does not start', async () => {
  const { app } = await appWith(RequireGroups('admins'))
  await expect(app.init()).rejects.toThrow(/would not ask the guard of NamedResolver.__resolveType/)
})

describe('whatever its method is called', () => {
  const guards = { fieldResolverEnhancers: ['guards' as const] }

  /** The schema of above, and what a resolver does for it. */
  async function appOf(type: Type, more: object = {}): Promise<INestApplication> {
    const imports = [
      CognitoAuthModule.forRoot({ ...alb.options, authoriser }),
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs, csrfPrevention: false, ...more }),
    ]
    return await create({ module: AppModule, imports, providers: [type] })
  }

  @RequireGroups('developers')
  @Resolver('Named')
  class Renamed {
    @Query()
    named(): object {
      return { name: 'Tom' }
    }
    @ResolveField('__resolveType')
    kind(): string {
      return 'Cat'
    }
  }

  test.each([
    { what: 'Nest asks no guard for it', more: {} },
    { what: 'Nest asks guards for fields', more: guards },
  ])('it asks nothing by its class: $what', async ({ more }) => {
    const url = `${await listen(await appOf(Renamed, more))}/graphql?query={named{name,__typename}}`
    const headers = await alb.headersFor(signedIn)
    const answer = await fetch(url, { headers: { 'content-type': 'application/json', ...headers } })
    expect(await answer.json()).toEqual({ data: { named: { name: 'Tom', __typename: 'Cat' } } })
  })

  test('it may not be told to ask where Nest would not', async () => {
    @Resolver('Named')
    class Asks {
      @RequireGroups('admins')
      @ResolveField('__resolveType')
      kind(): string {
        return 'Cat'
      }
    }
    await expect((await appOf(Asks)).init()).rejects.toThrow(/would not ask the guard of Asks.kind/)
  })

  test('a field with a method of that name may not ask either, whatever the options', async () => {
    @RequireGroups('admins')
    @Resolver('Cat')
    class ByClass {
      @ResolveField('name')
      __resolveType(): string {
        return 'Tom'
      }
    }
    @Resolver('Cat')
    class ByItself {
      @RequireGroups('admins')
      @ResolveField()
      __resolveType(): string {
        return 'Cat'
      }
    }
    for (const type of [ByClass, ByItself]) {
      for (const more of [{}, guards]) {
        await expect((await appOf(type, more)).init()).rejects.toThrow(
          `would not ask the guard of ${type.name}.__resolveType: Nest asks none for a method of this name`,
        )
      }
    }
  })
})

test.each([{ global: true }, { global: false }])(
  'a field of Query is asked as a query, with global: $global: Nest goes by the name',
  async ({ global }) => {
    @Resolver('Query')
    class Reads {
      @RequireGroups('admins')
      @ResolveField()
      secret(): string {
        return 'secret'
      }
    }
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      typeDefs: 'type Query { secret: String }',
      csrfPrevention: false,
    })
    const imports = [graphql, CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })]
    const url = `${await listen(await create({ module: AppModule, imports, providers: [Reads] }))}/graphql?query={secret}`
    const ask = async (tokens: object): Promise<unknown> =>
      await (await fetch(url, { headers: { 'content-type': 'application/json', ...tokens } })).json()
    expect(await ask({})).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect(await ask(await alb.headersFor(signedIn))).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(await ask(await alb.headersFor(admin))).toEqual({ data: { secret: 'secret' } })
  },
)

describe('a root type of another name than Query, Mutation and Subscription', () => {
  const renamed = `schema { query: RootQuery mutation: Writes } type Plain { secret: String }
    type RootQuery { secret: String plain: Plain } type Writes { write: String }`

  interface Given {
    readonly global?: boolean
    readonly more?: object
    readonly providers?: NonNullable<DynamicModule['providers']>
    readonly typeDefs?: string
  }

  async function appOf(
    type: Type,
    { global = false, more = {}, providers = [], typeDefs: defs = renamed }: Given,
  ): Promise<INestApplication> {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      typeDefs: defs,
      csrfPrevention: false,
      ...more,
    })
    const imports = [graphql, CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })]
    return await create({ module: AppModule, imports, providers: [type, ...providers] })
  }

  @Resolver('RootQuery')
  class Reads {
    @ResolveField('secret')
    read(): string {
      return 'secret'
    }
  }
  @Resolver('Writes')
  class Writes {
    @ResolveField()
    write(): string {
      return 'secret'
    }
  }
  @Resolver('RootQuery')
  class Open {
    @Public()
    @ResolveField()
    secret(): string {
      return 'secret'
    }
  }
  @Resolver('Plain')
  class Fields {
    @ResolveField()
    secret(): string {
      return 'secret'
    }
  }
  const guards = { fieldResolverEnhancers: ['guards'] }

  test.each<Given & { readonly what: string; readonly type: Type; readonly name: string }>([
    { what: 'a query, with global: true', type: Reads, name: 'Reads.read', global: true },
    { what: 'a mutation, with global: true', type: Writes, name: 'Writes.write', global: true },
    {
      what: 'other enhancers',
      type: Reads,
      name: 'Reads.read',
      global: true,
      more: { fieldResolverEnhancers: ['filters'] },
    },
    {
      what: 'a guard for the app',
      type: Reads,
      name: 'Reads.read',
      providers: [{ provide: APP_GUARD, useClass: CognitoAuthGuard }],
    },
  ])('keeps the app from starting, which would be open: $what', async ({ type, name, ...given }) => {
    await expect((await appOf(type, given)).init()).rejects.toThrow(`would not ask the guard of ${name}:`)
  })

  test('keeps an app without the module from starting', async () => {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs: renamed })
    const providers = [Reads, { provide: APP_GUARD, useClass: CognitoAuthGuard }]
    const app = await create({ module: AppModule, imports: [graphql], providers })
    await expect(app.init()).rejects.toThrow('would not ask the guard of Reads.read:')
  })

  test.each<Given & { readonly what: string; readonly type: Type; readonly open: boolean }>([
    { what: 'guards for fields', type: Reads, global: true, more: guards, open: false },
    { what: '@Public()', type: Open, global: true, open: true },
    { what: 'nothing that asks', type: Reads, open: true },
  ])('starts with $what', async ({ type, open, ...given }) => {
    const url = `${await listen(await appOf(type, given))}/graphql?query={secret}`
    const ask = async (tokens: object): Promise<unknown> =>
      await (await fetch(url, { headers: { 'content-type': 'application/json', ...tokens } })).json()
    const allowed = { data: { secret: 'secret' } }
    expect(await ask({})).toMatchObject(open ? allowed : { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect(await ask(await alb.headersFor(signedIn))).toEqual(allowed)
  })

  test.each<Given & { readonly what: string; readonly type: Type }>([
    { what: 'fields of other types', type: Fields, global: true },
    {
      what: 'a type of that name that is no root',
      type: Reads,
      global: true,
      typeDefs: 'type Query { a: RootQuery } type RootQuery { secret: String }',
    },
  ])('has nothing to do with $what', async ({ type, ...given }) => {
    await expect((await appOf(type, given)).init()).resolves.toBeDefined()
  })
})
