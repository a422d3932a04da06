/** What is written on a method of a resolver or a gateway, and is not on the function that Nest calls. */

import { createTestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type DynamicModule, Module, type Type, UseGuards } from '@nestjs/common'
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { expect, test } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule, RequireAdmin } from '../src/index.js'
import { authoriser, create, Timed } from './apps.js'

const { options } = await createTestAlb()

@Module({})
class AppModule {}

function appOf(...providers: Type[]): DynamicModule {
  return { module: AppModule, imports: [CognitoAuthModule.forRoot({ ...options, authoriser })], providers }
}

test('a decorator that replaces a query, a mutation or a message handler keeps the app from starting', async () => {
  @Resolver()
  class Queries {
    @Query(() => String)
    @Timed()
    @RequireAdmin()
    secret(): string {
      return 'secret'
    }
  }
  @Resolver()
  class Mutations {
    @Query(() => String)
    open(): string {
      return 'open'
    }
    @Mutation(() => String)
    @Timed()
    @RequireAdmin()
    act(): string {
      return 'done'
    }
  }
  @UseGuards(CognitoAuthGuard)
  @WebSocketGateway()
  class Messages {
    @SubscribeMessage('secret')
    @Timed()
    @RequireAdmin()
    secret(): object {
      return { event: 'secret', data: 'secret' }
    }
  }
  for (const type of [Queries, Mutations, Messages]) {
    const module = appOf(type)
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })
    const app = await create({
      ...module,
      imports: [...(module.imports ?? []), ...(type === Messages ? [] : [graphql])],
    })
    app.useWebSocketAdapter(new WsAdapter(app))
    await expect(app.init()).rejects.toThrow(new RegExp(`of ${type.name}.\\w+ is lost: a decorator above it`))
  }
})

test('an override of a query without what it overrides keeps the app from starting', async () => {
  class Base {
    @RequireAdmin()
    @Query(() => String)
    secret(): string {
      return 'secret'
    }
  }
  @Resolver()
  class Derived extends Base {
    @Query(() => String)
    override secret(): string {
      return super.secret()
    }
  }
  const app = await create(appOf(Derived))
  await expect(app.init()).rejects.toThrow(/@RequireAdmin\(\) of Base.secret is lost: Derived overrides it/)
})
