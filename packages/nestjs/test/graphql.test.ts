import { EventEmitter, on, once } from 'node:events'
import type { CognitoAuthOptions, User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type DynamicModule, Module, type Type, UseGuards } from '@nestjs/common'
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { AuthUser, CognitoAuthGuard, CognitoAuthModule, OptionalAuth, Public, RequireGroups } from '../src/index.js'
import {
  authoriser,
  create,
  listen,
  nestMajor,
  platforms,
  SO_FROM_NEST_11,
  SO_IN_NEST_10,
  signedIn,
  stranger,
} from './apps.js'

@Resolver()
@UseGuards(CognitoAuthGuard)
class Resolvers {
  @Query(() => String)
  me(@AuthUser() user: User): string {
    return user.email
  }

  @Query(() => String)
  name(@AuthUser('email') email: string): string {
    return email
  }

  @RequireGroups('admins')
  @Query(() => String)
  admins(): string {
    return 'ok'
  }

  @OptionalAuth()
  @Query(() => String, { nullable: true })
  maybe(@AuthUser('email') email: string | null): string | null {
    return email
  }

  @Public()
  @Query(() => String)
  open(@AuthUser() user: User | null): string {
    return String(user)
  }

  @Subscription(() => String, { resolve: (value: string) => value })
  async *ticks(@AuthUser('email') email: string): AsyncGenerator<string> {
    yield email
  }

  @OptionalAuth()
  @Subscription(() => String, { resolve: ([value]: [string]) => value })
  feed(): AsyncIterator<unknown> {
    const source = new EventEmitter()
    setImmediate(() => source.emit('news', 'first'))
    return on(source, 'news')
  }
}

@Module({})
class AppModule {}

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

function appModule(context?: () => object, options: CognitoAuthOptions = alb.options): DynamicModule {
  return {
    module: AppModule,
    imports: [
      CognitoAuthModule.forRoot({ ...options, authoriser }),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        playground: false,
        csrfPrevention: false,
        subscriptions: { 'graphql-ws': true },
        ...(context && { context }),
      }),
    ],
    providers: [Resolvers],
  }
}

interface Reply {
  data?: { [name: string]: unknown } | null
  errors?: { message: string; extensions: { code: string; originalError?: object } }[]
}

async function ask(origin: string, query: string, headers: { [name: string]: string } = {}): Promise<Reply> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as Reply
}

describe.each(platforms)('GraphQL on $platform', ({ platform }) => {
  let origin: string

  beforeAll(async () => {
    origin = await listen(await create(appModule(), platform))
  })

  test('resolvers of one operation see the user', async () => {
    const headers = await alb.headersFor(signedIn)
    expect(await ask(origin, '{ me name }', headers)).toEqual({
      data: { me: 'dev@example.com', name: 'dev@example.com' },
    })
  })

  test.each([
    { query: '{ me }', who: undefined, code: 'UNAUTHENTICATED', problem: 'missing_token' },
    { query: '{ me }', who: stranger, code: 'FORBIDDEN', problem: 'access_denied' },
    { query: '{ admins }', who: signedIn, code: 'FORBIDDEN', problem: 'access_denied' },
  ])('$query is refused as $code', async ({ query, who, code, problem }) => {
    const { data, errors } = await ask(origin, query, who && (await alb.headersFor(who)))
    expect(data ?? null).toBeNull()
    expect(errors?.[0]?.extensions).toMatchObject({ code, originalError: { code: problem } })
  })

  test('refuses bad tokens where anonymous people are welcome', async () => {
    expect(await ask(origin, '{ maybe open }')).toEqual({ data: { maybe: null, open: 'null' } })
    expect(await ask(origin, '{ maybe }', await alb.headersFor(signedIn))).toEqual({
      data: { maybe: 'dev@example.com' },
    })
    const { errors } = await ask(origin, '{ maybe }', await alb.headersFor(signedIn, { fault: 'bad_signature' }))
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('a context without the request refuses', async () => {
    const own = await listen(
      await create(
        appModule(() => ({ req: { user: signedIn } })),
        platform,
      ),
    )
    const { data, errors } = await ask(own, '{ me }', await alb.headersFor(signedIn))
    expect(data).toBeNull()
    expect(errors?.[0]?.extensions.originalError).toMatchObject({ code: 'configuration' })
  })
})

describe('a resolver that is not listed as a class', () => {
  test.each([
    { what: 'a factory', provider: { provide: 'resolvers', useFactory: () => new Resolvers() } },
    { what: 'a value', provider: { provide: 'resolvers', useValue: new Resolvers() } },
  ])('from $what: Nest would let everybody in, and the app does not start', async ({ provider }) => {
    const app = await create({ ...appModule(), providers: [provider] })
    await expect(listen(app)).rejects.toThrow(/would not ask the guard of Resolvers/)
  })

  const underToken = { provide: 'resolvers', useClass: Resolvers }

  test('under a token of its own: the same in Nest 10', async ({ skip }) => {
    skip(nestMajor !== 10, SO_IN_NEST_10)
    const app = await create({ ...appModule(), providers: [underToken] })
    await expect(listen(app)).rejects.toThrow(/would not ask the guard of Resolvers/)
  })

  test('under a token of its own: protected', async ({ skip }) => {
    skip(nestMajor < 11, SO_FROM_NEST_11)
    const origin = await listen(await create({ ...appModule(), providers: [underToken] }))
    expect((await ask(origin, '{ me }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('is none where the class is listed, too', async () => {
    const again = { provide: 'again', useFactory: (one: Resolvers) => one, inject: [Resolvers] }
    const alias = { provide: 'alias', useExisting: Resolvers }
    const origin = await listen(await create({ ...appModule(), providers: [Resolvers, again, alias] }))
    expect((await ask(origin, '{ me }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(await ask(origin, '{ me }', await alb.headersFor(signedIn))).toEqual({ data: { me: 'dev@example.com' } })
  })
})

describe('GraphQL subscriptions', () => {
  interface Outcome {
    messages: { type: string; payload?: unknown }[]
    code: number
  }

  async function subscribe(
    origin: string,
    headers: { [name: string]: string },
    { field = 'ticks', until = ['complete', 'error'] } = {},
  ): Promise<Outcome> {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
    const messages: Outcome['messages'] = []
    socket.on('open', () => {
      // What a client says about itself is not what the load balancer says.
      const payload = { headers: { 'x-amzn-oidc-data': 'forged' }, req: {} }
      socket.send(JSON.stringify({ type: 'connection_init', payload }))
    })
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as { type: string }
      messages.push(message)
      if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `subscription { ${field} }` } }))
      }
      if (until.includes(message.type)) socket.close()
    })
    const [code] = (await once(socket, 'close')) as [number]
    return { messages, code }
  }

  test('are verified by the headers of the upgrade', async () => {
    const origin = await listen(await create(appModule()))
    const admitted = await subscribe(origin, await alb.headersFor(signedIn))
    expect(admitted.messages).toContainEqual({
      id: '1',
      type: 'next',
      payload: { data: { ticks: 'dev@example.com' } },
    })
    const { messages: refused } = await subscribe(origin, {})
    expect(JSON.stringify(refused)).not.toContain('dev@example.com')
    expect(JSON.stringify(refused)).toContain('UNAUTHENTICATED')
  })

  test('end with their connection when the access token expires: code 4401', async () => {
    const own = await createTestAlb({ accessTokenLifetimeSeconds: 4 })
    const origin = await listen(await create(appModule(undefined, own.options)))
    const { messages, code } = await subscribe(origin, await own.headersFor(signedIn), { field: 'feed', until: [] })
    expect(messages).toContainEqual({ id: '1', type: 'next', payload: { data: { feed: 'first' } } })
    expect(code).toBe(4401)
  })

  test('of nobody have nothing that expires', async () => {
    const origin = await listen(await create(appModule()))
    const { messages, code } = await subscribe(origin, {}, { field: 'feed', until: ['next'] })
    expect(messages).toContainEqual({ id: '1', type: 'next', payload: { data: { feed: 'first' } } })
    expect(code).toBe(1005)
  })
})

describe('field resolvers', () => {
  @ObjectType()
  class Person {
    @Field(() => String)
    name = 'Ann'
  }

  @Resolver(() => Person)
  class Guarded {
    @RequireGroups('admins')
    @ResolveField(() => String, { nullable: true })
    salary(): string {
      return '1'
    }
  }

  @Resolver(() => Person)
  class Operations {
    @UseGuards(CognitoAuthGuard)
    @Query(() => Person)
    person(): Person {
      return new Person()
    }
  }

  @UseGuards(CognitoAuthGuard)
  @Resolver(() => Person)
  class FieldsOnly {
    @ResolveField(() => String, { nullable: true })
    salary(): string {
      return '1'
    }
  }

  @UseGuards(CognitoAuthGuard)
  @Resolver(() => Person)
  class Both {
    @Query(() => Person)
    person(): Person {
      return new Person()
    }

    @Public()
    @ResolveField(() => String, { nullable: true })
    salary(): string {
      return '1'
    }
  }

  function module(providers: Type[], more: object = {}, { global = false } = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CognitoAuthModule.forRoot({ ...alb.options, authoriser, global }),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          playground: false,
          csrfPrevention: false,
          ...more,
        }),
      ],
      providers,
    }
  }

  /** Operations and fields in one class: what the class asks must hold for both. */
  function mixed(onClass: ClassDecorator[], onField: MethodDecorator[] = [], Base: Type = Object): Type {
    @Resolver(() => Person)
    class Mixed extends Base {
      @Query(() => Person)
      people(): Person {
        return new Person()
      }

      @ResolveField(() => String, { nullable: true })
      salary(): string {
        return '1'
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Mixed.prototype, 'salary') ?? {}
    for (const decorate of onField) decorate(Mixed.prototype, 'salary', descriptor)
    for (const decorate of onClass) decorate(Mixed)
    return Mixed
  }

  @RequireGroups('admins')
  class ForAdmins {}

  test.each([
    { what: 'a demand on the class', type: mixed([RequireGroups('admins')]) },
    { what: 'the guard on the class', type: mixed([UseGuards(CognitoAuthGuard)]) },
    { what: 'a class for anonymous people too', type: mixed([OptionalAuth()]) },
    { what: 'a demand on a class that it extends', type: mixed([], [], ForAdmins) },
    { what: 'that demand, in a public class', type: mixed([Public()], [RequireGroups('admins')], ForAdmins) },
    { what: 'the guard on the field', type: mixed([], [UseGuards(CognitoAuthGuard)]) },
  ])('of a class with operations keep the app from starting: $what', async ({ type }) => {
    for (const global of [false, true]) {
      const app = await create(module([Operations, type], {}, { global }))
      await expect(app.init()).rejects.toThrow(/guard of Mixed.salary: .*fieldResolverEnhancers/)
    }
  })

  test.each([
    { what: 'nothing', type: mixed([]) },
    { what: 'nothing, in a public class', type: mixed([Public()]) },
    { what: 'nothing, being public in a class that asks', type: mixed([RequireGroups('admins')], [Public()]) },
  ])('start where $what is asked of them, with a guard for the whole app', async ({ type }) => {
    const app = await create(module([Operations, type], {}, { global: true }))
    await expect(app.init()).resolves.toBe(app)
  })

  test.each([
    { providers: [Operations, Guarded], named: /guard of Guarded.salary: .*fieldResolverEnhancers: \['guards'\]/ },
    { providers: [Operations, FieldsOnly], named: /guard of FieldsOnly.salary: / },
  ])('whose guard Nest would not ask keep the app from starting: $named', async ({ providers, named }) => {
    const app = await create(module(providers))
    await expect(app.init()).rejects.toThrow(named)
    const others = await create(module(providers, { fieldResolverEnhancers: ['filters'] }))
    await expect(others.init()).rejects.toThrow(named)
  })

  test('keep the app from starting where one of two schemas asks no guards for fields', async () => {
    const { imports = [], ...rest } = module([Operations, Guarded], { fieldResolverEnhancers: ['guards'] })
    const other = module([], { path: '/other', fieldResolverEnhancers: [] }).imports?.slice(1) ?? []
    for (const both of [
      [...imports, ...other],
      [...other, ...imports],
    ]) {
      const app = await create({ ...rest, imports: both })
      await expect(app.init()).rejects.toThrow(/guard of Guarded.salary: /)
    }
  })

  test('are asked where Nest asks guards for fields', async () => {
    const origin = await listen(await create(module([Operations, Guarded], { fieldResolverEnhancers: ['guards'] })))
    const reply = await ask(origin, '{ person { name salary } }', await alb.headersFor(signedIn))
    expect(reply.data).toEqual({ person: { name: 'Ann', salary: null } })
    expect(reply.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })

  test('that ask nothing are as open as what they are fields of', async () => {
    const origin = await listen(await create(module([Both])))
    expect((await ask(origin, '{ person { salary } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    const reply = await ask(origin, '{ person { salary } }', await alb.headersFor(signedIn))
    expect(reply).toEqual({ data: { person: { salary: '1' } } })
  })
})
