/** Where requests were sent, and where mounts and routers route them. */

import { Router } from '@koa/router'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import type Koa3 from 'koa'
import mount from 'koa-mount'
import { beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, type KoaAuthOptions } from '../src/index.js'
import { authoriser, listen, listenTo, majors, signedIn } from './apps.js'

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
