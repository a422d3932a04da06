/** Apollo's caches go by hints: of whole answers, which plugins give without asking a resolver, and those between. */

import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { GraphQLModule, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { describe, expect, test } from 'vitest'
import { OptionalAuth, Public, RequireGroups } from '../src/index.js'
import { create, listen, platforms, signedIn } from './apps.js'
import { alb, appOf, useModuleApps } from './module-app.js'

useModuleApps()

@Resolver('Query')
class Queries {
  @Query()
  own(): string {
    return 'x'
  }

  @Public()
  @Query()
  open(): object {
    return {}
  }

  @OptionalAuth()
  @Query()
  either(): string {
    return 'x'
  }
}

@Resolver('Open')
class Fields {
  @RequireGroups('developers')
  @ResolveField()
  inner(): string {
    return 'x'
  }

  @Public()
  @ResolveField()
  outer(): string {
    return 'x'
  }
}

const typeDefs = `
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION
  type Open { inner: String @cacheControl(maxAge: 60) outer: String @cacheControl(maxAge: 60) }
  type Query {
    own: String @cacheControl(maxAge: 60)
    open: Open @cacheControl(maxAge: 60)
    either: String @cacheControl(maxAge: 60)
  }
`

describe.each(platforms)('on $platform', ({ platform }) => {
  test.each([
    { query: '{ own }', scope: 'private' },
    { query: '{ either }', scope: 'private' },
    { query: '{ either }', scope: 'private', isNobody: true },
    { query: '{ open { inner } }', scope: 'private' },
    { query: '{ open { outer } }', scope: 'public', isNobody: true },
  ])('the answer to $query is $scope', async ({ query, scope, isNobody = false }) => {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      typeDefs,
      playground: false,
      fieldResolverEnhancers: ['guards'],
    })
    const app = appOf({ global: true, imports: [graphql], providers: [Queries, Fields] })
    const origin = await listen(await create(app, platform))
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(isNobody ? {} : await alb.headersFor(signedIn)) },
      body: JSON.stringify({ query }),
    })
    expect(await response.json()).not.toHaveProperty('errors')
    expect(response.headers.get('cache-control')).toBe(`max-age=60, ${scope}`)
  })
})
