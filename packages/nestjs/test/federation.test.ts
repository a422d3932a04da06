/** Apollo Federation: references of entities have no parent that was asked. */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo'
import { type DynamicModule, Module, type Type, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import {
  Directive,
  Field,
  GraphQLModule,
  ID,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  OptionalAuth,
  Public,
  RequireAdmin,
  RequireGroups,
} from '../src/index.js'
import { admin, authoriser, create, listen, platforms, signedIn, stranger } from './apps.js'

@Module({})
class AppModule {}

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

@ObjectType()
@Directive('@key(fields: "id")')
class Patient {
  @Field(() => ID)
  id = ''

  @Field(() => String)
  diagnosis = 'secret'

  @Field(() => String, { nullable: true })
  seenBy: string | undefined = undefined
}

/** A resolver of patients; `decorators` are those of its class, its reference resolver and its query. */
function resolver({
  onClass = [],
  onReference = [],
  onQuery = [],
}: {
  onClass?: ClassDecorator[]
  onReference?: MethodDecorator[]
  onQuery?: MethodDecorator[]
}): Type {
  @Resolver(() => Patient)
  class PatientResolver {
    @Query(() => [Patient])
    patients(): Patient[] {
      return [new Patient()]
    }

    @ResolveReference()
    resolveReference(@Parent() reference: { id: string }, @AuthUser('email') email?: string): Patient {
      return Object.assign(new Patient(), { id: reference.id, seenBy: email })
    }
  }
  const { prototype } = PatientResolver
  const on = (name: string, decorators: MethodDecorator[]): void => {
    for (const decorate of decorators) decorate(prototype, name, Object.getOwnPropertyDescriptor(prototype, name) ?? {})
  }
  on('resolveReference', onReference)
  on('patients', onQuery)
  for (const decorate of onClass) decorate(PatientResolver)
  return PatientResolver
}

function subgraph(
  Resolvers: Type,
  { global = false, more = {}, providers = [] as NonNullable<DynamicModule['providers']> } = {},
): DynamicModule {
  return {
    module: AppModule,
    imports: [
      CognitoAuthModule.forRoot({ ...alb.options, authoriser, global }),
      GraphQLModule.forRoot<ApolloFederationDriverConfig>({
        driver: ApolloFederationDriver,
        autoSchemaFile: {
          federation: { version: 2, importUrl: 'https://specs.apollo.dev/federation/v2.3', directives: ['@key'] },
        },
        playground: false,
        plugins: [ApolloServerPluginInlineTraceDisabled()],
        csrfPrevention: false,
        ...more,
      }),
    ],
    providers: [Resolvers, ...providers],
  }
}

const enhanced = { fieldResolverEnhancers: ['guards'] }

interface Reply {
  data?: { found?: ({ diagnosis: string } | null)[] } | null
  errors?: { extensions: { code: string } }[]
}

async function entities(origin: string, headers: { [name: string]: string } = {}): Promise<Reply> {
  const query =
    '{ found: _entities(representations: [{ __typename: "Patient", id: "42" }]) { ... on Patient { id diagnosis seenBy } } }'
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as Reply
}

describe('references that Nest asks no guard for keep the app from starting', () => {
  test.each([
    { what: 'with global: true', given: {}, options: { global: true } },
    {
      what: 'with a guard for the app',
      given: {},
      options: { providers: [{ provide: APP_GUARD, useClass: CognitoAuthGuard }] },
    },
    {
      what: 'with one that exists',
      given: {},
      options: { providers: [{ provide: APP_GUARD, useExisting: CognitoAuthGuard }] },
    },
    { what: 'with a demand on the class', given: { onClass: [RequireGroups('admins')] }, options: {} },
    { what: 'with a demand on the class, global', given: { onClass: [RequireAdmin()] }, options: { global: true } },
    { what: 'with the guard on the class', given: { onClass: [UseGuards(CognitoAuthGuard)] }, options: {} },
    { what: 'with a demand of its own', given: { onReference: [RequireAdmin()] }, options: {} },
    { what: 'with the guard on it', given: { onReference: [UseGuards(CognitoAuthGuard)] }, options: {} },
    { what: 'that are optional', given: { onReference: [OptionalAuth()] }, options: {} },
    {
      what: 'of a public class, with a demand',
      given: { onClass: [Public()], onReference: [RequireAdmin()] },
      options: {},
    },
    {
      what: 'with enhancers other than guards',
      given: {},
      options: { global: true, more: { fieldResolverEnhancers: ['interceptors', 'filters'] } },
    },
  ])('$what', async ({ given, options }) => {
    const app = await create(subgraph(resolver(given), options))
    await expect(app.init()).rejects.toThrow(
      /guard of PatientResolver.resolveReference: .*fieldResolverEnhancers: \['guards'\]/,
    )
  })

  test.each([
    { what: 'a guard made by hand', made: 'useGlobalGuards' },
    { what: 'a guard of the container', made: 'container' },
  ])('with useGlobalGuards(): $what', async ({ made }) => {
    const app = await create(subgraph(resolver({})))
    app.useGlobalGuards(made === 'container' ? app.get(CognitoAuthGuard) : new CognitoAuthGuard())
    await expect(app.init()).rejects.toThrow(/guard of PatientResolver.resolveReference/)
  })
})

/** A subgraph whose schema is written. */
function schemaFirst(Resolvers: Type, { global = true, more = {} } = {}): DynamicModule {
  return {
    module: AppModule,
    imports: [
      CognitoAuthModule.forRoot({ ...alb.options, authoriser, global }),
      GraphQLModule.forRoot<ApolloFederationDriverConfig>({
        driver: ApolloFederationDriver,
        typeDefs:
          'extend type Query { ping: String } type Patient @key(fields: "id") { id: ID! diagnosis: String seenBy: String }',
        playground: false,
        plugins: [ApolloServerPluginInlineTraceDisabled()],
        csrfPrevention: false,
        ...more,
      }),
    ],
    providers: [Resolvers],
  }
}

describe('a field resolver that is registered as __resolveReference is a reference', () => {
  @Resolver('Patient')
  class Renamed {
    @ResolveField('__resolveReference')
    reference(@Parent() { id }: { id: string }): object {
      return Object.assign(new Patient(), { id })
    }
  }
  @Resolver('Patient')
  class ByOption {
    @ResolveField(() => Patient, { name: '__resolveReference' })
    reference(@Parent() { id }: { id: string }): object {
      return Object.assign(new Patient(), { id })
    }
  }
  @Resolver('Patient')
  class Named {
    @ResolveField()
    __resolveReference(@Parent() { id }: { id: string }): object {
      return Object.assign(new Patient(), { id })
    }
  }
  @Public()
  @Resolver('Patient')
  class Open extends Named {
    @ResolveField()
    override __resolveReference(): object {
      return Object.assign(new Patient(), { id: '42' })
    }
  }

  test.each([
    { what: '@ResolveField(name)', type: Renamed, name: 'Renamed.reference' },
    { what: '@ResolveField(type, { name })', type: ByOption, name: 'ByOption.reference' },
    { what: 'a method of that name', type: Named, name: 'Named.__resolveReference' },
  ])('$what: it keeps the app from starting, or is guarded', async ({ type, name }) => {
    await expect((await create(schemaFirst(type))).init()).rejects.toThrow(`guard of ${name}:`)
    const origin = await listen(await create(schemaFirst(type, { more: enhanced })))
    expect((await entities(origin)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    const found = await entities(origin, await alb.headersFor(signedIn))
    expect(found.data?.found?.[0]?.diagnosis).toBe('secret')
  })

  test('it starts where it is public, or nothing is asked', async () => {
    for (const module of [schemaFirst(Open), schemaFirst(Named, { global: false })]) {
      const origin = await listen(await create(module))
      expect((await entities(origin)).data?.found?.[0]?.diagnosis).toBe('secret')
    }
  })
})

describe('a subgraph starts', () => {
  test.each([
    { what: 'where nothing is asked', given: {}, options: {} },
    { what: 'where its references are public', given: { onReference: [Public()] }, options: { global: true } },
    { what: 'where its class is public', given: { onClass: [Public()] }, options: { global: true } },
    { what: 'where only a query asks', given: { onQuery: [RequireAdmin()] }, options: {} },
  ])('$what, and answers', async ({ given, options }) => {
    const NoUser = resolver(given)
    // Nobody is known there.
    Reflect.deleteMetadata('__routeArguments__', NoUser, 'resolveReference')
    const origin = await listen(await create(subgraph(NoUser, options)))
    expect((await entities(origin)).data?.found?.[0]?.diagnosis).toBe('secret')
  })
})

describe.each(platforms)('references that guards are asked for, on $platform', ({ platform }) => {
  test.each([
    { what: 'with global: true', given: {}, options: { global: true }, who: signedIn },
    { what: 'with a demand on the class', given: { onClass: [RequireGroups('admins')] }, options: {}, who: admin },
    { what: 'with a demand of its own', given: { onReference: [RequireGroups('admins')] }, options: {}, who: admin },
  ])('$what', async ({ given, options, who }) => {
    const origin = await listen(await create(subgraph(resolver(given), { ...options, more: enhanced }), platform))
    expect(await entities(origin, await alb.headersFor(who))).toEqual({
      data: { found: [{ id: '42', diagnosis: 'secret', seenBy: who.email }] },
    })
    const nobody = await entities(origin)
    expect(nobody.data?.found ?? [null]).toEqual([null])
    expect(nobody.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    const denied = await entities(origin, await alb.headersFor(who === admin ? signedIn : stranger))
    expect(denied.data?.found ?? [null]).toEqual([null])
    expect(denied.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})

test('fields of entities are asked where they ask', async () => {
  @RequireAdmin()
  @Resolver(() => Patient)
  class Fields {
    @ResolveField(() => String, { name: 'notes', nullable: true })
    notes(): string {
      return 'notes'
    }
  }
  const app = await create(subgraph(resolver({ onReference: [Public()] }), { providers: [Fields] }))
  await expect(app.init()).rejects.toThrow(/guard of Fields.notes/)
})
