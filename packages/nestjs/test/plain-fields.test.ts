/** What GraphQL answers without a resolver of Nest: a guard for the whole app is not asked about it. */

import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { ApolloDriver, type ApolloDriverConfig, ApolloFederationDriver } from '@nestjs/apollo'
import type { Type } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import {
  AbstractGraphQLDriver,
  GraphQLModule,
  Mutation,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql'
import { GraphQLScalarType } from 'graphql'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  CognitoAuthGuard,
  CognitoAuthModule,
  type CognitoAuthModuleOptions,
  Public,
  RequireAdmin,
} from '../src/index.js'
import { authoriser, create } from './apps.js'
import { alb, AppModule, useModuleApps } from './module-app.js'

useModuleApps()

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
})

afterEach(() => {
  vi.restoreAllMocks()
})

@Resolver('Query')
class Resolvers {
  @Query('given')
  named(): string {
    return 'x'
  }

  @Public()
  @Query()
  mine(): string {
    return 'x'
  }

  @ResolveField()
  ours(): string {
    return 'x'
  }

  @Mutation()
  write(): string {
    return 'x'
  }

  @Subscription()
  async *ticks(): AsyncGenerator<object> {
    yield { ticks: 'x' }
  }
}

@Resolver('Query')
class ClosedResolvers extends Resolvers {
  @Query()
  override mine(): string {
    return super.mine()
  }
}

const typeDefs = `
  type Query { given: String mine: String ours: String plain: String nobody: String }
  type Mutation { write: String erase: String }
  type Subscription { ticks: String }
`

const plain = { Query: { plain: () => 'x' }, Mutation: { erase: () => 'x' } }

const subgraph = {
  driver: ApolloFederationDriver,
  typeDefs: 'type Query { mine: String } type Patient @key(fields: "id") { id: ID }',
  resolvers: { Patient: { __resolveReference: ({ id }: { id: string }) => ({ id }) } },
  plugins: [ApolloServerPluginInlineTraceDisabled()],
  resolverValidationOptions: { requireResolversToMatchSchema: 'ignore' },
}

interface Given {
  readonly options?: CognitoAuthModuleOptions
  readonly graphql?: object
  readonly resolvers?: Type
}

async function start({ options = {}, graphql = {}, resolvers = Resolvers }: Given): Promise<void> {
  const imports = [
    CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, ...options }),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs, ...graphql }),
  ]
  await (await create({ module: AppModule, imports, providers: [resolvers] })).init()
}

/** Without those for other things. */
function warnings(): unknown[] {
  const calls = vi.mocked(process.emitWarning).mock.calls
  return calls.filter(([, given]) => (given as { code?: unknown }).code === 'COGNITO_AUTH_PLAIN_FIELDS')
}

test('fields of plain resolvers are told at start', async () => {
  await start({ graphql: { resolvers: plain } })
  expect(warnings()).toEqual([[expect.stringContaining('open: Query.plain, Mutation.erase.'), expect.anything()]])
})

test('so is one that takes the place of a resolver of Nest', async () => {
  await start({ graphql: { resolvers: [{ Query: { given: () => 'x' } }] } })
  expect(warnings()).toEqual([[expect.stringContaining('open: Query.given.'), expect.anything()]])
})

test.each([
  { what: 'rootValue', graphql: { rootValue: { plain: 'x' } } },
  { what: 'fieldResolver', graphql: { fieldResolver: () => 'x' } },
])('so are those that $what of Apollo may answer', async ({ graphql }) => {
  await start({ graphql })
  expect(warnings()).toEqual([
    [expect.stringContaining('open: Query.plain, Query.nobody, Mutation.erase.'), expect.anything()],
  ])
})

test('so is a gateway of Federation, whose fields others answer', async () => {
  class Gateway extends AbstractGraphQLDriver {
    override async start(): Promise<void> {}
    override async stop(): Promise<void> {}
    override subscriptionWithFilter(): void {}
    override generateSchema(): never {
      return undefined as never
    }
  }
  await start({ graphql: { driver: Gateway, typeDefs: undefined } })
  expect(warnings()).toEqual([[expect.stringContaining('open: all of a gateway of Federation.'), expect.anything()]])
})

test('without the module, too', async () => {
  const imports = [GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, typeDefs, resolvers: plain })]
  const providers = [Resolvers, { provide: APP_GUARD, useClass: CognitoAuthGuard }]
  await (await create({ module: AppModule, imports, providers })).init()
  expect(warnings()).toHaveLength(1)
})

test.each<Given & { readonly what: string }>([
  { what: 'where resolvers of Nest answer all' },
  {
    what: 'where everything is protected',
    options: { everything: true },
    graphql: { resolvers: plain },
    resolvers: ClosedResolvers,
  },
  { what: 'of what Federation adds', graphql: { ...subgraph, resolvers: {} } },
  { what: 'where no guard is for the whole app', options: { global: false }, graphql: { resolvers: plain } },
])('nothing is told $what', async (given) => {
  await start(given)
  expect(warnings()).toEqual([])
})

test('a reference of plain resolvers keeps a subgraph from starting, whatever the options', async () => {
  for (const more of [{}, { fieldResolverEnhancers: ['guards'] }]) {
    await expect(start({ graphql: { ...subgraph, ...more } })).rejects.toThrow(
      /^Nest would ask no guard for Patient\.__resolveReference, which no resolver of Nest stands behind:/,
    )
  }
})

test('with everything protected, too, where an operation is open: its endpoint is not', async () => {
  const options = { everything: true }
  await start({ options, graphql: { resolvers: plain } })
  expect(warnings()).toHaveLength(1)
  await expect(start({ options, graphql: subgraph })).rejects.toThrow('Patient.__resolveReference')
})

test.each<Given & { readonly what: string }>([
  { what: 'where everything is protected', options: { everything: true }, resolvers: ClosedResolvers },
  { what: 'where no guard is for the whole app', options: { global: false } },
])('it starts $what', async (given) => {
  await expect(start({ ...given, graphql: subgraph })).resolves.toBeUndefined()
  expect(warnings()).toEqual([])
})

const Day = new GraphQLScalarType({ name: 'Day' })
const fields = { notes: () => 'secret' }
const sent = {
  ...subgraph,
  typeDefs: 'scalar Day type Query { mine: String } type Patient @key(fields: "id") { id: ID born: Day notes: String }',
  resolvers: { Day },
}

test.each([
  { what: 'plain resolvers', graphql: { resolvers: { Day, Patient: fields } } },
  { what: 'loaders of Mercurius', graphql: { loaders: { Patient: fields } } },
])('so does a field of what a request sends, by $what', async ({ graphql }) => {
  await expect(start({ graphql: { ...sent, ...graphql } })).rejects.toThrow(
    /^Nest would ask no guard for Patient\.notes, which no resolver of Nest stands behind, of an entity that a request sends:/,
  )
})

test.each<Given & { readonly what: string }>([
  { what: 'no plain field is of what a request sends', graphql: sent },
  {
    what: 'everything is protected',
    options: { everything: true },
    resolvers: ClosedResolvers,
    graphql: { ...sent, resolvers: { Day, Patient: fields } },
  },
])('a subgraph starts where $what', async (given) => {
  await expect(start(given)).resolves.toBeUndefined()
})

describe.each<Given & { readonly what: string }>([
  { what: 'a guard for the whole app' },
  { what: 'everything protected', options: { everything: true } },
  { what: 'no guard for the whole app', options: { global: false } },
])('with $what', ({ options = {} }) => {
  const given = { options, graphql: { resolvers: { Query: { given: () => 'x' } } } }

  test('an app does not start where a plain resolver takes the place of one that asks something', async () => {
    @RequireAdmin()
    @Resolver('Query')
    class Admins extends Resolvers {}
    await expect(start({ ...given, resolvers: Admins })).rejects.toThrow(
      /^Nest would not ask the guard of Admins for Query\.given: the options of GraphQLModule have a resolver of it, too,/,
    )
  })

  test('it starts where that one asks nothing itself', async () => {
    await expect(start(given)).resolves.toBeUndefined()
  })
})
