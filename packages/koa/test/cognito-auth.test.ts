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
  })
})

test('ctx.state.user is typed, in an app and behind @koa/router', () => {
  new Koa3().use((ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
  new Koa3<AuthState>().use((ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
  new Router().get('/', (ctx) => expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>())
})
