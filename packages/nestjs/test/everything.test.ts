/** What is no handler: Swagger's pages, static files, what is not found, middleware that answers. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import {
  Body,
  Controller,
  type DynamicModule,
  Get,
  Header,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  Param,
  Post,
  type Type,
  VersioningType,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql'
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { Test } from '@nestjs/testing'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  type CognitoAuthModuleOptions,
  OptionalAuth,
  Public,
  RequireAdmin,
} from '../src/index.js'
import { authenticateAs } from '../src/testing.js'
import { authoriser, create, listen, nestMajor, type Platform, platforms, signedIn, stranger } from './apps.js'

let alb: TestAlb
const folder = mkdtempSync(join(tmpdir(), 'cognito-auth-files-'))
writeFileSync(join(folder, 'secret.txt'), 'SECRET')
writeFileSync(join(folder, 'health.txt'), 'SECRET')

beforeAll(async () => {
  alb = await createTestAlb()
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

@Controller()
class Handlers {
  @Get('me')
  me(@AuthUser('email') email: string): object {
    return { email }
  }

  @Public()
  @Get('health')
  health(): object {
    return { ok: true }
  }

  @OptionalAuth()
  @Get('maybe')
  maybe(@AuthUser('email') email: string | null): object {
    return { email }
  }

  @RequireAdmin()
  @Get('admin')
  admin(): object {
    return { ok: true }
  }

  @Public()
  @Post('hook/:id')
  hook(@Body() body: object): object {
    return body
  }

  @Public()
  @Header('x-page', '1')
  @Get('pages/:page')
  page(@Param('page') page: string): object {
    return { page }
  }
}

/** Static files, pages of Swagger, and middleware that answers, in the ways that apps have them. */
function dress(app: INestApplication, platform: Platform, hasMiddleware = true): void {
  if (hasMiddleware) app.use('/raw', (_: IncomingMessage, response: ServerResponse) => response.end('SECRET'))
  if (hasMiddleware) app.use('/pages/raw', (_: IncomingMessage, response: ServerResponse) => response.end('SECRET'))
  if (platform === 'express') {
    const express = app as NestExpressApplication
    express.useStaticAssets(folder, { prefix: '/files/' })
    express.useStaticAssets(folder, { prefix: '/pages/' })
  } else {
    ;(app as NestFastifyApplication).useStaticAssets({ root: folder, prefix: '/files/' })
  }
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('secret').build())
  SwaggerModule.setup('docs', app, document)
}

@Module({})
class AppModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply((_: IncomingMessage, response: ServerResponse) => response.end('SECRET')).forRoutes('middleware')
  }
}

async function start(
  platform: Platform,
  options: CognitoAuthModuleOptions = {},
  { controllers = [Handlers] as Type[], before = dress, more = {} as Partial<DynamicModule> } = {},
): Promise<string> {
  const imports = [
    CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true, ...options }),
    ...(more.imports ?? []),
  ]
  const app = await create({ module: AppModule, controllers, ...more, imports }, platform)
  before(app, platform)
  return await listen(app)
}

const closed = [
  '/docs',
  '/docs/',
  '/docs-json',
  '/docs-yaml',
  '/docs/swagger-ui-init.js',
  '/docs/swagger-ui.css',
  '/files/secret.txt',
  '/files/../files/secret.txt',
  '/files/%73ecret.txt',
  '//files/secret.txt',
  '/raw',
  '/middleware',
  '/pages/raw',
  '/pages/secret.txt',
  '/nothing',
  '/nothing.js?x=/health',
  '/health/nothing',
  '/HEALTHZ',
]

describe.each(platforms)('everything: true on $platform', ({ platform }) => {
  let origin: string
  beforeAll(async () => {
    origin = await start(platform, { bypass: ['/robots.txt', '/raw'] })
  })

  test.each(closed.filter((path) => path !== '/raw' && (platform === 'express' || path !== '/pages/secret.txt')))(
    '%s is closed to strangers',
    async (path) => {
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
        for (const headers of [{}, await alb.headersFor(signedIn, { fault: 'bad_signature' })]) {
          const response = await sendRaw(origin, { method, path, headers })
          expect(response.body).not.toMatch(/SECRET|swagger/i)
          expect(response).toMatchObject({ status: 401, headers: { 'content-type': 'application/problem+json' } })
        }
      }
      expect(await sendRaw(origin, { path, headers: await alb.headersFor(stranger) })).toMatchObject({ status: 403 })
    },
  )

  test.each([
    { path: '/docs', status: 200, body: /swagger/i },
    { path: '/docs-json', status: 200, body: /secret/ },
    { path: '/docs/swagger-ui-init.js', status: 200, body: /swagger/i },
    { path: '/files/secret.txt', status: 200, body: /SECRET/ },
    { path: '/middleware', status: 200, body: /SECRET/ },
    { path: '/nothing', status: 404, body: /Cannot GET/ },
    { path: '/me', status: 200, body: /dev@example.com/ },
    { path: '/maybe', status: 200, body: /dev@example.com/ },
    { path: '/admin', status: 403, body: /access_denied/ },
  ])('$path answers $status to whom the rules allow', async ({ path, status, body }) => {
    const response = await sendRaw(origin, { path, headers: await alb.headersFor(signedIn) })
    expect(response).toMatchObject({ status, body: expect.stringMatching(body) as unknown })
  })

  test.each(
    [
      { method: 'GET', path: '/health', status: 200, body: '{"ok":true}' },
      { method: 'HEAD', path: '/health', status: 200, body: '' },
      { method: 'GET', path: '/health/', status: 200, body: '{"ok":true}' },
      { method: 'GET', path: '/health?x=1', status: 200, body: '{"ok":true}' },
      { method: 'GET', path: '/maybe', status: 200, body: '{"email":null}' },
      { method: 'POST', path: '/hook/7', status: 201, body: expect.stringMatching(/^(\{\})?$/) as unknown },
      { method: 'GET', path: '/pages/one', status: 200, body: '{"page":"one"}' },
      { method: 'GET', path: '/raw', status: 200, body: 'SECRET' },
      { method: 'GET', path: '/robots.txt', status: 404, body: expect.stringContaining('Cannot GET') as unknown },
    ].filter(({ path }) => platform === 'express' || (path !== '/health/' && path !== '/pages/one')),
  )('$method $path is open: $status', async ({ method, path, status, body }) => {
    expect(await sendRaw(origin, { method, path })).toMatchObject({ status, body })
  })

  test('a path that cannot be decoded leads nowhere', async () => {
    expect(await sendRaw(origin, { path: '/%zz' })).toMatchObject({ status: platform === 'express' ? 401 : 400 })
  })

  test('a navigation gets a page', async () => {
    const response = await sendRaw(origin, { path: '/docs', headers: { 'sec-fetch-dest': 'document' } })
    expect(response).toMatchObject({ status: 401, headers: { 'content-type': 'text/html; charset=utf-8' } })
  })

  test('handlers keep their own answers for bodies, prefixes and versions', async () => {
    const own = await start(
      platform,
      {},
      {
        before: (app) => {
          app.setGlobalPrefix('api')
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })
          dress(app, platform)
        },
      },
    )
    expect(await sendRaw(own, { path: '/api/v1/health' })).toMatchObject({ status: 200 })
    expect(await sendRaw(own, { path: '/health' })).toMatchObject({ status: 401 })
    expect(await sendRaw(own, { path: '/api/health' })).toMatchObject({ status: 401 })
    const sent = await fetch(`${own}/api/v1/hook/1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    })
    expect(await sent.json()).toEqual({ a: 1 })
  })

  test('all below a folder is not the folder, before a semicolon', async () => {
    const own = await start(platform, { bypass: ['/files/*'] })
    expect(await sendRaw(own, { path: '/files/secret.txt' })).toMatchObject({ status: 200 })
    // To Fastify 4 it is the folder.
    expect(await sendRaw(own, { path: '/files/;secret.txt' })).toMatchObject({ status: 401 })
  })

  test('a predicate opens what is in its normal form', async () => {
    const own = await start(platform, { bypass: ({ url = '' }) => url.startsWith('/files/') })
    expect(await sendRaw(own, { path: '/files/secret.txt' })).toMatchObject({ status: 200 })
    expect(await sendRaw(own, { path: '/files/../docs' })).toMatchObject({ status: 401 })
    const broken = await start(platform, {
      bypass: () => {
        throw new TypeError('no')
      },
    })
    expect(await sendRaw(broken, { path: '/files/secret.txt' })).toMatchObject({ status: 500 })
  })

  test('an app of a testing module is covered, too', async () => {
    const testing = await Test.createTestingModule({
      imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true })],
      controllers: [Handlers],
    }).compile()
    const app = testing.createNestApplication(
      platform === 'express' ? new ExpressAdapter() : (new FastifyAdapter() as never),
    )
    // Fastify under Nest 10 takes middleware once it has been initialised only.
    dress(app, platform, platform === 'express' || nestMajor > 10)
    const own = await listen(app)
    expect(await sendRaw(own, { path: '/docs' })).toMatchObject({ status: 401 })
    expect(await sendRaw(own, { path: '/files/secret.txt' })).toMatchObject({ status: 401 })
    expect(await sendRaw(own, { path: '/health' })).toMatchObject({ status: 200 })
  })

  test('GraphQL: the landing page and _service are closed; an open query is not', async () => {
    @Resolver()
    class Closed {
      @Query(() => String)
      me(@AuthUser('email') email: string): string {
        return email
      }
    }
    @Resolver()
    class Open {
      @Public()
      @Query(() => String)
      open(): string {
        return 'open'
      }
    }
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      playground: false,
    })
    const ask = async (at: string, query: string, headers = {}): Promise<Response> =>
      await fetch(`${at}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      })
    const none = await start(
      platform,
      {},
      { controllers: [], before: () => undefined, more: { imports: [graphql], providers: [Closed] } },
    )
    expect((await ask(none, '{ __typename }')).status).toBe(401)
    expect(await (await ask(none, '{ me }', await alb.headersFor(signedIn))).json()).toEqual({
      data: { me: 'dev@example.com' },
    })
    const some = await start(
      platform,
      {},
      { controllers: [], before: () => undefined, more: { imports: [graphql], providers: [Closed, Open] } },
    )
    expect(await (await ask(some, '{ open }')).json()).toEqual({ data: { open: 'open' } })
    expect(await (await ask(some, '{ me }')).json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', cognitoAuth: { code: 'missing_token' } } }],
    })
    for (const path of ['/graphql', '/graphql?query={open}', '/graphql/x']) {
      const response = await sendRaw(some, { path, headers: { accept: 'text/html' } })
      expect(response).toMatchObject({ status: 401 })
    }
  })
})

test('everything with a guard in its place: the decorators decide, and what is no handler stays closed', async () => {
  const testing = await Test.createTestingModule({
    imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true })],
    controllers: [Handlers],
  })
    .overrideGuard(CognitoAuthGuard)
    .useValue(authenticateAs(null))
    .compile()
  const origin = await listen(testing.createNestApplication())
  expect(await sendRaw(origin, { path: '/me' })).toMatchObject({ status: 401 })
  expect(await sendRaw(origin, { path: '/health' })).toMatchObject({ status: 200 })
})

test('an Express app that answered before Nest was made is covered', async () => {
  const instance = new ExpressAdapter().getInstance<{ use(path: string, handler: unknown): void }>()
  instance.use('/early', (_: IncomingMessage, response: ServerResponse) => response.end('SECRET'))
  const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true })]
  const module = { module: AppModule, controllers: [Handlers], imports }
  const app = await NestFactory.create(module, new ExpressAdapter(instance), { logger: false, abortOnError: false })
  const origin = await listen(app)
  expect(await sendRaw(origin, { path: '/early' })).toMatchObject({ status: 401 })
  expect(await sendRaw(origin, { path: '/health' })).toMatchObject({ status: 200 })
})

test('Fastify without a socket (inject), as on Lambda, is covered', async () => {
  const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true })]
  const app = await create({ module: AppModule, controllers: [Handlers], imports }, 'fastify')
  dress(app, 'fastify')
  await app.init()
  const fastify = app.getHttpAdapter().getInstance() as { inject(url: string): Promise<{ statusCode: number }> }
  expect(await fastify.inject('/docs')).toMatchObject({ statusCode: 401 })
  expect(await fastify.inject('/raw')).toMatchObject({ statusCode: 401 })
  expect(await fastify.inject('/health')).toMatchObject({ statusCode: 200 })
})

describe('options', () => {
  const wrong: { readonly what: string; readonly options: object; readonly named: RegExp }[] = [
    {
      what: 'everything alone',
      options: { everything: true },
      named: /everything of CognitoAuthModule needs global: true/,
    },
    {
      what: 'everything: undefined',
      options: { global: true, everything: undefined },
      named: /everything of CognitoAuthModule must be/,
    },
    {
      what: "everything: 'true'",
      options: { global: true, everything: 'true' },
      named: /everything of CognitoAuthModule must be/,
    },
    {
      what: 'bypass alone',
      options: { global: true, bypass: ['/x'] },
      named: /bypass of CognitoAuthModule needs everything: true/,
    },
    {
      what: 'a pattern',
      options: { global: true, everything: true, bypass: ['/x*'] },
      named: /bypass takes exact paths/,
    },
  ]
  test.each(wrong)('$what is refused, in both forms', ({ options, named }) => {
    expect(() => CognitoAuthModule.forRoot(options)).toThrow(named)
    expect(() => CognitoAuthModule.forRootAsync({ ...options, useFactory: () => ({}) })).toThrow(named)
  })

  test('forRootAsync takes them', async () => {
    const imports = [
      CognitoAuthModule.forRootAsync({
        global: true,
        everything: true,
        bypass: ['/open'],
        useFactory: () => ({ ...alb.options, authoriser }),
      }),
    ]
    const origin = await listen(await create({ module: AppModule, controllers: [Handlers], imports }))
    expect(await sendRaw(origin, { path: '/nothing' })).toMatchObject({ status: 401 })
    expect(await sendRaw(origin, { path: '/open' })).toMatchObject({ status: 404 })
    expect(await sendRaw(origin, { path: '/health' })).toMatchObject({ status: 200 })
  })
})
