import { createServer, type Server } from 'node:http'
import { Router } from '@koa/router'
import { Authoriser, type CognitoAuthOptions, type User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { type AppVariant, behaviourRows, REDIRECT_URL, runRow, sendRaw } from '@cognito-auth/testing/behaviour'
import Koa3 from 'koa'
import mount from 'koa-mount'
import Koa2 from 'koa2'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { type AuthState, cognitoAuth, getUser, type KoaAuthOptions } from './index.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })
const servers: Server[] = []

async function listen(app: Koa3): Promise<string> {
  // Koa prints errors that reach it; here they are expected.
  app.silent = true
  const server = createServer(app.callback())
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

afterAll(() => {
  for (const server of servers) server.close()
})

describe.each([
  { version: 'Koa 3', Koa: Koa3 },
  { version: 'Koa 2', Koa: Koa2 as unknown as typeof Koa3 },
])('$version', ({ Koa }) => {
  function variantApp(variant: AppVariant, options: CognitoAuthOptions): Koa3 {
    const app = new Koa()
    const router = new Router()
    const auth = cognitoAuth({
      ...options,
      authoriser,
      ...(variant === 'plain' ? {} : { redirectUrl: REDIRECT_URL }),
    })
    if (variant === 'optional') {
      router.get('/maybe', auth.optional(), (ctx) => {
        ctx.body = { email: ctx.state.user?.email ?? null }
      })
      app.use(router.routes())
      return app
    }
    app.use(auth.protect({ bypass: ['/health'] }))
    router.get('/health', (ctx) => {
      ctx.body = { ok: true }
    })
    router.all('/', (ctx) => {
      const { email, groups, isAdmin } = getUser(ctx)
      ctx.body = { email, groups, isAdmin }
    })
    for (const [path, guard] of [
      ['/admins', auth.requireGroups('admins')],
      ['/admin', auth.requireAdmin()],
    ] as const) {
      router.get(path, guard, (ctx) => {
        ctx.body = { email: getUser(ctx).email }
      })
    }
    app.use(router.routes())
    return app
  }

  describe('the behaviour of every adapter', () => {
    const shared = new Map<AppVariant, { origin: string; alb: TestAlb }>()

    async function start(variant: AppVariant): Promise<{ origin: string; alb: TestAlb }> {
      const alb = await createTestAlb()
      return { alb, origin: await listen(variantApp(variant, alb.options)) }
    }

    beforeAll(async () => {
      for (const variant of ['plain', 'redirect', 'optional'] as const) shared.set(variant, await start(variant))
    })

    test.each(behaviourRows)('$app: $what', async (row) => {
      const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
      expect(await runRow(row, app)).toEqual([])
    })
  })

  describe('in an app of its own', () => {
    const signedIn = { email: 'dev@example.com', groups: ['developers'] }
    let alb: TestAlb

    beforeAll(async () => {
      alb = await createTestAlb()
    })

    function auth(more: KoaAuthOptions = {}): ReturnType<typeof cognitoAuth> {
      return cognitoAuth({ ...alb.options, authoriser, ...more })
    }

    async function serve(...middleware: Parameters<Koa3['use']>[0][]): Promise<string> {
      const app = new Koa()
      for (const one of middleware) app.use(one)
      app.use((ctx) => {
        ctx.body = { reached: true }
      })
      return await listen(app)
    }

    test('getUser throws where nothing protected the route, whatever others wrote to ctx.state.user', async () => {
      const origin = await serve((ctx) => {
        ctx.state.user = { email: 'forged@example.com' } as User
        expect(() => getUser(ctx)).toThrow(expect.objectContaining({ code: 'configuration' }))
        ctx.body = 'threw'
      })
      expect((await sendRaw(origin, { path: '/' })).body).toBe('threw')
    })

    test.each<[string, KoaAuthOptions['onError'], number]>([
      ['answers itself', (_, ctx) => (ctx.status = 418), 418],
      ['answers nothing', () => undefined, 401],
      [
        'throws',
        () => {
          throw new Error('onError')
        },
        500,
      ],
      ['rejects', async () => await Promise.reject(new Error('onError')), 500],
      ['leaves it to the app', 'throw', 499],
    ])('an onError that %s ends in its answer', async (_, onError, status) => {
      const origin = await serve(async (ctx, next) => {
        try {
          await next()
        } catch (error) {
          ctx.status = (error as { code?: string }).code === 'missing_token' ? 499 : 500
        }
      }, auth({ onError }).protect())
      const response = await sendRaw(origin, { path: '/' })
      expect(response.status).toBe(status)
      expect(response.body).not.toContain('reached')
    })

    test('requireGroups without a group, an unknown option and a wrong onError are mistakes', () => {
      const mistake = expect.objectContaining({ code: 'configuration' })
      expect(() => auth().requireGroups()).toThrow(mistake)
      expect(() => auth({ redirectURL: '/x' } as KoaAuthOptions)).toThrow(/redirectUrl/)
      expect(() => auth({ onError: 'thorw' } as unknown as KoaAuthOptions)).toThrow(mistake)
    })

    test.each([
      { what: 'a truthy answer', bypass: () => 1 as unknown as boolean, status: 401 },
      { what: 'a promise', bypass: (() => Promise.resolve(true)) as unknown as () => boolean, status: 401 },
      {
        what: 'an exception',
        bypass: () => {
          throw new Error('predicate')
        },
        status: 500,
      },
      { what: 'true', bypass: () => true, status: 200 },
    ])('a bypass predicate with $what answers $status', async ({ bypass, status }) => {
      expect(await sendRaw(await serve(auth().protect({ bypass })), { path: '/' })).toMatchObject({ status })
    })

    test('an exception of a later handler goes to the app, not to us', async () => {
      const origin = await serve(
        async (ctx, next) => {
          try {
            await next()
          } catch (error) {
            ctx.status = 599
            ctx.body = (error as Error).message
          }
        },
        auth().protect(),
        () => {
          throw new Error('handler')
        },
      )
      expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({
        status: 599,
        body: 'handler',
      })
    })

    test('protects the routes of one router, under its prefix and by its parameters, and no other', async () => {
      const router = new Router({ prefix: '/teams' })
      router.use(auth().protect())
      router.get('/:team', (ctx) => {
        ctx.body = { team: ctx.params['team'], email: ctx.state.user?.email }
      })
      const open = new Router().get('/open', (ctx) => {
        ctx.body = 'open'
      })
      const app = new Koa()
      app.use(router.routes())
      app.use(open.routes())
      const origin = await listen(app)
      expect(await sendRaw(origin, { path: '/teams/red' })).toMatchObject({ status: 401 })
      expect(await sendRaw(origin, { path: '/open' })).toMatchObject({ status: 200 })
      const { body } = await sendRaw(origin, { path: '/teams/red', headers: await alb.headersFor(signedIn) })
      expect(JSON.parse(body)).toEqual({ team: 'red', email: signedIn.email })
    })

    test('a mounted app compares bypass paths with the whole path', async () => {
      const inner = new Koa()
      inner.use(auth().protect({ bypass: ['/api/health'] }))
      inner.use((ctx) => {
        ctx.body = 'inner'
      })
      const app = new Koa()
      app.use(mount('/api', inner)).use(mount('/other', inner))
      const origin = await listen(app)
      expect(await sendRaw(origin, { path: '/api/health' })).toMatchObject({ status: 200 })
      expect(await sendRaw(origin, { path: '/other/api/health' })).toMatchObject({ status: 401 })
      expect(await sendRaw(origin, { path: '/api/x', headers: await alb.headersFor(signedIn) })).toMatchObject({
        status: 200,
      })
    })

    test('does not bypass a path that the app has rewritten since', async () => {
      const origin = await serve(
        async (ctx, next) => {
          ctx.path = '/secret'
          await next()
        },
        auth().protect({ bypass: ['/health'] }),
      )
      expect(await sendRaw(origin, { path: '/health' })).toMatchObject({ status: 401 })
    })

    test('logs out: expires all four cookies and goes to Cognito', async () => {
      const own = auth({ cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example.com/'] })
      const response = await sendRaw(await serve(own.logout()), { path: '/', headers: await alb.headersFor(signedIn) })
      expect(response).toMatchObject({ status: 302 })
      expect(response.headers['location']).toMatch(/^https:\/\/my\.auth\.example\.com\/logout\?client_id=/)
      expect(response.headers['set-cookie']).toHaveLength(4)
    })
  })
})

test('ctx.state.user is typed, in an app and behind @koa/router', () => {
  new Koa3().use((ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
  new Koa3<AuthState>().use((ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
  new Router().get('/', (ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
})
