import { createServer } from 'node:http2'
import { Router } from '@koa/router'
import type { User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { polluted, sendRaw, statusOverHttp2 } from '@cognito-auth/testing/behaviour'
import Koa3 from 'koa'
import mount from 'koa-mount'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { authoriser, listen, listenTo, majors, signedIn } from './apps.js'
import { type AuthState, cognitoAuth, getUser, type KoaAuthOptions } from '../src/index.js'

describe.each(majors)('$version', ({ Koa }) => {
  describe('in an app of its own', () => {
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

    test('a polluted Object.prototype opens no path', async () => {
      const origin = await serve(polluted({ bypass: ['/admin'] }, () => auth().protect()))
      expect(await sendRaw(origin, { path: '/admin' })).toMatchObject({ status: 401 })
    })

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
      ['sets the status that Koa begins with', (_, ctx) => (ctx.status = 404), 404],
      ['sets a body only', (_, ctx) => (ctx.body = 'No entry'), 200],
      ['sets no body', (_, ctx) => (ctx.body = null), 204],
      ['redirects', (_, ctx) => ctx.redirect('/denied'), 302],
      ['sets a header only', (_, ctx) => ctx.set('x-a', 'b'), 401],
      [
        'answers past Koa',
        (_, ctx) => {
          ctx.respond = false
          ctx.res.writeHead(418).end()
        },
        418,
      ],
      [
        'answers, and throws',
        (_, ctx) => {
          ctx.res.writeHead(418).end()
          throw new Error('onError')
        },
        418,
      ],
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

    test('an onError that repeats the status and body of earlier middleware has answered', async () => {
      const origin = await serve(
        async (ctx, next) => {
          ctx.status = 403
          ctx.body = 'No entry'
          await next()
        },
        auth({
          onError: (_, ctx) => {
            ctx.status = 403
            ctx.body = 'No entry'
          },
        }).protect(),
      )
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 403, body: 'No entry' })
    })

    test('a body of earlier middleware is no answer of an onError that does nothing', async () => {
      const origin = await serve(
        async (ctx, next) => {
          ctx.body = 'reached'
          await next()
        },
        auth({ onError: () => undefined }).protect(),
      )
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
    })

    test('answers also where earlier middleware took the response out of Koa’s hands', async () => {
      const early: Parameters<Koa3['use']>[0] = async (ctx, next) => {
        ctx.respond = false
        await next()
      }
      for (const onError of [undefined, () => undefined]) {
        expect(await sendRaw(await serve(early, auth({ onError }).protect()), { path: '/' })).toMatchObject({
          status: 401,
        })
      }
    })

    test.each<[string, boolean, KoaAuthOptions['onError']]>([
      ['before us', true, undefined],
      ['before us, with an onError', true, () => undefined],
      ["before us, with 'throw'", true, 'throw'],
      [
        'by an onError that then throws',
        false,
        (_, ctx) => {
          ctx.res.write('half')
          throw new Error('onError')
        },
      ],
    ])(
      'a response that was begun %s is broken off: it is no whole one, and does not hang',
      async (_, isEarly, onError) => {
        const early: Parameters<Koa3['use']>[0] = async (ctx, next) => {
          if (isEarly) ctx.res.write('half')
          await next()
        }
        const origin = await serve(early, auth({ onError }).protect())
        await expect(sendRaw(origin, { path: '/' })).rejects.toThrow(/aborted|hang up|ECONNRESET/)
      },
      // Less than sendRaw() waits: a hang must not be taken for the end of the connection.
      5_000,
    )

    test('a redirect has no content type', async () => {
      const early: Parameters<Koa3['use']>[0] = async (ctx, next) => {
        ctx.type = 'html'
        await next()
      }
      const origin = await serve(early, auth({ redirectUrl: '/denied' }).protect())
      const { status, headers } = await sendRaw(origin, { path: '/', headers: { accept: 'text/html' } })
      expect([status, headers['content-type'], headers['content-length']]).toEqual([302, undefined, '0'])
    })

    test('HTTP/2: a redirect to where the request is already is none', async () => {
      const app = new Koa()
      app.use(auth({ redirectUrl: 'https://app.example/denied' }).protect())
      // Koa's types know HTTP/1.1 only.
      const origin = await listenTo(createServer(app.callback() as never))
      expect([await statusOverHttp2(origin, '/'), await statusOverHttp2(origin, '/denied')]).toEqual([302, 401])
    })

    test("with 'throw' and no error middleware, Koa sends the headers of the answer", async () => {
      expect(await sendRaw(await serve(auth({ onError: 'throw' }).protect()), { path: '/' })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
      })
    })

    test.each<[string, Parameters<Koa3['use']>[0]]>([
      ['Koa', async (_, next) => await next()],
      [
        'the app’s error middleware',
        async (ctx, next) => {
          try {
            await next()
          } catch {
            ctx.status = 401
          }
        },
      ],
    ])("with 'throw', a local load balancer is told why where %s answers", async (_, early) => {
      const told = async (more: KoaAuthOptions): Promise<unknown> => {
        const origin = await serve(early, auth({ onError: 'throw', ...more }).protect())
        const { status, headers } = await sendRaw(origin, { path: '/' })
        return [status, headers['x-cognito-auth-reason']]
      }
      expect(await told({ localAlb: 'http://localhost:8080' })).toEqual([401, 'missing_token'])
      expect(await told({})).toEqual([401, undefined])
    })

    test('what goes wrong once somebody is let in is answered with 500', async () => {
      const origin = await serve(async (ctx, next) => {
        Object.defineProperty(ctx.state, 'user', { get: () => undefined })
        await next()
      }, auth().protect())
      expect(await sendRaw(origin, { path: '/', headers: await alb.headersFor(signedIn) })).toMatchObject({
        status: 500,
      })
    })

    test('a rejecting bypass predicate opens nothing, and ends no process', async () => {
      const bypass = async (): Promise<boolean> => await Promise.reject(new Error('predicate'))
      const origin = await serve(auth().protect({ bypass: bypass as unknown as () => boolean }))
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
    })

    test('does not go round for ever where the page that browsers are sent to is protected', async () => {
      const origin = await serve(mount('/app', auth({ redirectUrl: '/app/denied' }).protect()))
      const headers = { accept: 'text/html' }
      expect(await sendRaw(origin, { path: '/app', headers })).toMatchObject({ status: 302 })
      expect(await sendRaw(origin, { path: '/app/denied', headers })).toMatchObject({ status: 401 })
    })

    test.each([null, 'thorw', {}, 1])('an onError that is %j is a mistake', (onError) => {
      expect(() => auth({ onError } as unknown as KoaAuthOptions)).toThrow(/^onError must be a function/)
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

    describe('bypass where apps are mounted', () => {
      function inner(...bypass: string[]): Koa3 {
        const app = new Koa()
        app.use(auth().protect({ bypass }))
        app.use((ctx) => {
          ctx.body = ctx.path
        })
        return app
      }

      async function statusOf(middleware: Parameters<Koa3['use']>[0], path: string): Promise<number> {
        return (await sendRaw(await serve(middleware), { path })).status
      }

      test.each([
        ['/a/b/health', 200],
        ['/a/b/health/', 200],
        ['/a/b/health?x', 200],
        ['/a/b', 200],
        ['/a/b/', 200],
        ['/a/b/other', 401],
        ['/a/b//health', 401],
        ['/a/b/health//', 401],
        ['/a/b/x/a/b/health', 401],
      ])('nested: GET %s is answered with %i', async (path, status) => {
        const nested = new Koa().use(mount('/b', inner('/a/b/health', '/a/b')))
        expect(await statusOf(mount('/a', nested as Koa3), path)).toBe(status)
      })

      test.each([
        ['/t/health', 200],
        ['/t/', 200],
        ['/t/other', 401],
        ['/t//health', 401],
      ])('at a prefix with a slash at its end: GET %s is answered with %i', async (path, status) => {
        expect(await statusOf(mount('/t/', inner('/t/health', '/t')), path)).toBe(status)
      })

      test.each([
        ['/health', '/a/health'],
        ['/b/health', '/a/b/health'],
        ['/a/health', '/a/b/health'],
      ])('%s on the list is not %s', async (listed, path) => {
        const nested = new Koa().use(mount('/b', inner(listed))).use(auth().protect({ bypass: [listed] }))
        expect(await statusOf(mount('/a', nested as Koa3), path)).toBe(401)
      })

      async function afterMount(path: string, rewritten?: string): Promise<number> {
        const origin = await serve(
          mount('/api', async (_, next) => {
            await next()
          }),
          async (ctx, next) => {
            if (rewritten !== undefined) ctx.path = rewritten
            await next()
          },
          auth().protect({ bypass: ['/api/health'] }),
        )
        return (await sendRaw(origin, { path })).status
      }

      test.each([
        ['/api/health', undefined, 200],
        ['/api/other', undefined, 401],
        ['/api/health', '/secret', 401],
        ['/api/health', '/api/secret', 401],
        ['/api/health', '/api/api/health', 401],
        ['/api/health', '/api', 401],
        ['/api/health', '/', 401],
        ['/api/other', '/api/health', 401],
        ['/api/other', '/health', 401],
        // What the mount has left behind, and the rest of the path, make the path as sent.
        ['/api/health', '/health', 401],
      ])('after a mount that passes on: GET %s, rewritten to %s, is answered with %i', async (path, to, status) => {
        expect(await afterMount(path, to)).toBe(status)
      })

      test('in a router of the app, after a mount that passes on, a rewritten path is not open', async () => {
        const router = new Router()
        router.use(auth().protect({ bypass: ['/api/health'] }))
        router.get('/health', (ctx) => {
          ctx.body = 'reached'
        })
        const origin = await serve(
          mount('/api', async (_, next) => {
            await next()
          }),
          async (ctx, next) => {
            ctx.path = '/health'
            await next()
          },
          router.routes() as unknown as Parameters<Koa3['use']>[0],
        )
        expect(await sendRaw(origin, { path: '/api/health' })).toMatchObject({ status: 401 })
      })

      test.each([
        ['/sub/health', '/sub/health', 200],
        ['/sub/health', '/sub/health/', 200],
        ['/health', '/sub/health', 401],
        ['/sub/a/health', '/sub/a/health', 200],
        ['/a/health', '/sub/a/health', 401],
      ])('under an outer Express, with %s on the list, GET %s is answered with %i', async (listed, path, status) => {
        const app = new Koa().use(mount('/a', inner(listed))).use(auth().protect({ bypass: [listed] }))
        app.use((ctx) => {
          ctx.body = 'reached'
        })
        const koa = app.callback()
        // What Express does where an app is used at '/sub'.
        const origin = await listenTo((req, res) => {
          const { url = '' } = req
          Object.assign(req, { originalUrl: url, baseUrl: '/sub', url: url.slice('/sub'.length) })
          void koa(req, res)
        })
        expect(await sendRaw(origin, { path })).toMatchObject({ status })
      })
    })

    test.each([
      { what: 'ctx.path', rewrite: { path: '/secret' }, status: 401 },
      { what: "@koa/router's ctx.newRouterPath", rewrite: { newRouterPath: '/secret' }, status: 401 },
      { what: "older routers' ctx.routerPath", rewrite: { routerPath: '/secret' }, status: 401 },
      { what: 'nothing', rewrite: {}, status: 200 },
      { what: 'ctx.newRouterPath to the same', rewrite: { newRouterPath: '/health' }, status: 200 },
    ])('bypass, where the app has rewritten $what since, ends in $status', async ({ rewrite, status }) => {
      const router = new Router()
      for (const path of ['/health', '/secret']) {
        router.get(path, (ctx) => {
          ctx.body = path
        })
      }
      const app = new Koa()
      app.use(async (ctx, next) => {
        Object.assign(ctx, rewrite)
        await next()
      })
      app.use(auth().protect({ bypass: ['/health'] }))
      app.use(router.routes())
      expect(await sendRaw(await listen(app), { path: '/health' })).toMatchObject({ status })
    })

    test('bypass works in a router, which leaves the pattern of its route in ctx.routerPath', async () => {
      const router = new Router({ prefix: '/teams' })
      router.use(auth().protect({ bypass: ['/teams/health'] }))
      router.get('/:team', (ctx) => {
        ctx.body = ctx.params['team']
      })
      const app = new Koa()
      app.use(router.routes())
      const origin = await listen(app)
      expect(await sendRaw(origin, { path: '/teams/health' })).toMatchObject({ status: 200, body: 'health' })
      expect(await sendRaw(origin, { path: '/teams/red' })).toMatchObject({ status: 401 })
    })
  })
})

test('ctx.state.user is typed, in an app and behind @koa/router', () => {
  new Koa3().use((ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
  new Koa3<AuthState>().use((ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
  new Router().get('/', (ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
})
