/** Several GraphQL modules, each with the resolvers of some modules: what one resolves, another may not. */

import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import {
  ApolloDriver,
  type ApolloDriverConfig,
  ApolloFederationDriver,
  type ApolloFederationDriverConfig,
} from '@nestjs/apollo'
import { type DynamicModule, Module, type Type } from '@nestjs/common'
import { GraphQLModule, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql'
import { expect, test } from 'vitest'
import { CognitoAuthModule, Public } from '../src/index.js'
import { authoriser, create, listen, signedIn } from './apps.js'
import { alb, AppModule, appOf, useModuleApps } from './module-app.js'

useModuleApps()

interface Sent {
  readonly id: string
}

@Resolver('User')
class Users {
  @Public()
  @ResolveReference()
  resolveReference(): Sent {
    return { id: 'known' }
  }

  /** Of a user that the reference found: nothing is asked of it. */
  @ResolveField()
  name(@Parent() { id }: Sent): string {
    return `name of ${id}`
  }
}

@Resolver('User')
class Posts {
  @ResolveField()
  posts(@Parent() { id }: Sent): string[] {
    return [`secret of ${id}`]
  }
}

@Resolver('Query')
class Queries {
  @Query()
  hello(): string {
    return 'hello'
  }
}

@Module({ providers: [Users, Queries] })
class UsersModule {}

@Module({ providers: [Posts, Queries] })
class PostsModule {}

/** Resolvers of what a module imports are its own, too. */
@Module({ imports: [PostsModule] })
class SiteModule {}

function graphql(name: string, included: Type, field: string, more: object = {}): DynamicModule {
  return GraphQLModule.forRoot<ApolloFederationDriverConfig>({
    driver: ApolloFederationDriver,
    path: `/${name}`,
    include: [included],
    typeDefs: `type User @key(fields: "id") { id: ID! ${field} } extend type Query { hello: String }`,
    playground: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    csrfPrevention: false,
    ...more,
  })
}

function subgraphs(ofPosts: object): DynamicModule {
  const users = graphql('users', UsersModule, 'name: String')
  const posts = graphql('posts', SiteModule, 'posts: [String]', ofPosts)
  return appOf({ global: true, imports: [UsersModule, SiteModule, users, posts] })
}

async function ask(url: string, field: string, headers: { [name: string]: string } = {}): Promise<string> {
  const query = `{ _entities(representations: [{ __typename: "User", id: "42" }]) { ... on User { ${field} } } }`
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return await response.text()
}

test('an entity that another subgraph has references of is what the request sends', async () => {
  await expect((await create(subgraphs({}))).init()).rejects.toThrow('guard of Posts.posts: ')
})

test('fieldResolverEnhancers are wanted of the GraphQL module whose fields are to be asked', async () => {
  const origin = await listen(await create(subgraphs({ fieldResolverEnhancers: ['guards'] })))
  expect(await ask(`${origin}/users`, 'name')).toContain('name of known')
  expect(await ask(`${origin}/posts`, 'posts')).toContain('UNAUTHENTICATED')
  expect(await ask(`${origin}/posts`, 'posts', await alb.headersFor(signedIn))).toContain('secret of 42')
})

@Resolver('Query')
class OpenQueries {
  @Public()
  @Query()
  hello(): string {
    return 'hello'
  }
}

@Module({ providers: [OpenQueries] })
class OpenModule {}

@Module({ providers: [Queries] })
class ClosedModule {}

test('with everything protected, an open query opens the endpoint that has it, and no other', async () => {
  const endpoint = (path: string, include: Type): DynamicModule =>
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      path,
      include: [include],
      typeDefs: 'type Query { hello: String plain: String }',
      // Nest asks no guard for it.
      resolvers: { Query: { plain: () => 'secret' } },
    })
  const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true })
  const graphqls = [endpoint('/open', OpenModule), endpoint('/closed', ClosedModule)]
  const imports = [auth, OpenModule, ClosedModule, ...graphqls]
  const origin = await listen(await create({ module: AppModule, imports }))
  const post = async (path: string, query: string, headers: { [name: string]: string } = {}): Promise<string> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
    const response = await fetch(`${origin}${path}`, { ...init, body: JSON.stringify({ query }) })
    return await response.text()
  }
  expect(await post('/open', '{ hello }')).toContain('"hello"')
  expect(await post('/closed', '{ plain }')).toContain('missing_token')
  expect(await post('/closed', '{ plain }', await alb.headersFor(signedIn))).toContain('secret')
})
