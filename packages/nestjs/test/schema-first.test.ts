/** GraphQL by a schema that is written, where `__resolveType()` tells the type of an interface: Nest asks no guard for it. */

import { createTestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type INestApplication, Module, UseGuards } from '@nestjs/common'
import { GraphQLModule, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { expect, test } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule, RequireGroups } from '../src/index.js'
import { authoriser, create, listen, signedIn } from './apps.js'

@Module({})
class AppModule {}

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
  const alb = await createTestAlb()
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
