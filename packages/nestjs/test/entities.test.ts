/** Apollo Federation: an entity without a reference resolver is what the request sends. */

import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo'
import type { DynamicModule, Type } from '@nestjs/common'
import { GraphQLModule, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql'
import { describe, expect, test } from 'vitest'
import { Public } from '../src/index.js'
import { create, listen, signedIn } from './apps.js'
import { alb, appOf, useModuleApps } from './module-app.js'

useModuleApps()

interface Sent {
  readonly id: string
}

@Resolver('User')
class Posts {
  @ResolveField()
  posts(@Parent() { id }: Sent): object[] {
    return [{ text: `secret of ${id}` }]
  }
}

@Public()
@Resolver('User')
class OpenPosts extends Posts {
  @ResolveField()
  override posts(parent: Sent): object[] {
    return super.posts(parent)
  }
}

/** What is nested in the object that is sent. */
@Resolver('Profile')
class Notes {
  @ResolveField()
  notes(@Parent() { id }: Sent): string {
    return `secret of ${id}`
  }
}

/** Of an interface, which an entity inherits. */
@Resolver('Person')
class Salaries {
  @ResolveField()
  salary(@Parent() { id }: Sent): string {
    return `secret of ${id}`
  }
}

@Resolver('User')
class References {
  @Public()
  @ResolveReference()
  resolveReference({ id }: Sent): Sent {
    return { id }
  }
}

@Public()
@Resolver('User')
class OpenProfiles {
  @ResolveField()
  profile(): Sent {
    return { id: 'their own' }
  }
}

/** Resolves nothing: no decorator says so. */
@Resolver('User')
class Helpers {
  profile(): void {}
  __resolveReference(): void {}
}

@Resolver('Query')
class Queries {
  @Query()
  me(): Sent {
    return { id: 'me' }
  }
}

const typeDefs = `
  interface Person { salary: String }
  type Post { text: String }
  type Profile { id: ID notes: String }
  union Holder = Profile | Post
  type User implements Person @key(fields: "id") { id: ID! posts: [Post!]! profile: [Holder!] salary: String }
  extend type Query { me: User }
`

function subgraph(providers: Type[], { global = true, more = {} } = {}): DynamicModule {
  const graphql = GraphQLModule.forRoot<ApolloFederationDriverConfig>({
    driver: ApolloFederationDriver,
    typeDefs,
    playground: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    csrfPrevention: false,
    inheritResolversFromInterfaces: true,
    ...more,
  })
  return appOf({ global, imports: [graphql], providers: [Queries, Helpers, ...providers] })
}

/** What somebody gets who names entities past Apollo's gateway. */
async function ask(origin: string, fields: string, headers: { [name: string]: string } = {}): Promise<string> {
  const query = `query ($sent: [_Any!]!) { _entities(representations: $sent) { ... on User { ${fields} } } }`
  const sent = [{ __typename: 'User', id: '42', profile: [{ __typename: 'Profile', id: '43' }] }]
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables: { sent } }),
  })
  return await response.text()
}

const enhanced = { more: { fieldResolverEnhancers: ['guards'] } }

describe.each([
  { what: 'a field', type: Posts, field: 'Posts.posts', fields: 'posts { text }' },
  {
    what: 'a field of what is nested in it',
    type: Notes,
    field: 'Notes.notes',
    fields: 'profile { ... on Profile { notes } }',
  },
  { what: 'a field of its interface', type: Salaries, field: 'Salaries.salary', fields: 'salary' },
])('$what of an entity that the request sends', ({ type, field, fields }) => {
  test('keeps the app from starting', async () => {
    const app = await create(subgraph([type]))
    await expect(app.init()).rejects.toThrow(`guard of ${field}: `)
  })

  test('is guarded with fieldResolverEnhancers', async () => {
    const origin = await listen(await create(subgraph([type], enhanced)))
    const [nobody, user] = [await ask(origin, fields), await ask(origin, fields, await alb.headersFor(signedIn))]
    expect(nobody).not.toContain('secret')
    expect(nobody).toContain('UNAUTHENTICATED')
    expect(user).toMatch(/secret of 4[23]/)
  })

  test('is open where nothing is asked', async () => {
    const origin = await listen(await create(subgraph([type], { global: false })))
    expect(await ask(origin, fields)).toMatch(/secret of 4[23]/)
  })

  test('is open where its references are public', async () => {
    const origin = await listen(await create(subgraph([type, References])))
    expect(await ask(origin, 'id')).toContain('"id":"42"')
  })
})

test.each([
  { what: 'a field that is public', providers: [OpenPosts], fields: 'posts { text }', answer: 'secret of 42' },
  {
    what: 'what a public field finds',
    providers: [OpenProfiles, Notes],
    fields: 'posts { text }',
    answer: 'Cannot return null',
  },
])('$what may be asked for', async ({ providers, fields, answer }) => {
  const origin = await listen(await create(subgraph(providers)))
  expect(await ask(origin, fields)).toContain(answer)
})
