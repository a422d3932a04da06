import { createReadStream } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import type { Express, Response } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, type ExpressAuth, type OnError } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

const views = fileURLToPath(new URL('views', import.meta.url))
const page = `${views}/denied.html`

describe.each(majors)('$version', ({ express }) => {
  let alb: TestAlb
  let reached: boolean

  beforeAll(async () => {
    alb = await createTestAlb()
  })

  function authWith(onError: OnError | undefined): ExpressAuth {
    return cognitoAuth({ ...alb.options, authoriser, onError })
  }

  /** An app whose route must not be reached; errors that are passed on end in 499. */
  function appWith(onError: OnError | undefined): Express {
    reached = false
    const app = express()
    app.set('views', views).set('view engine', 'html')
    app.engine('html', (_path, _options, callback) => void setTimeout(() => callback(null, 'rendered'), 5))
    app.use(authWith(onError).protect())
    app.use((_req, res) => {
      reached = true
      res.json({ ok: true })
    })
    app.use((error: Error & { code?: string }, _req: unknown, res: Response, next: (error: Error) => void) => {
      if (res.headersSent) return next(error)
      res.status(499).json({ code: error.code, message: error.message })
    })
    return app
  }

  test.each<{ what: string; onError: OnError; status: number; body?: string }>([
    { what: 'answers itself', onError: (_e, _req, res) => res.status(418).end(), status: 418 },
    { what: 'answers nothing', onError: () => undefined, status: 401 },
    { what: 'sets a status only', onError: (_e, _req, res) => void res.status(418), status: 401 },
    {
      what: 'answers later, by a promise',
      onError: async (_e, _req, res) => {
        await setImmediate()
        res.status(418).end()
      },
      status: 418,
    },
    {
      what: 'answers nothing, by a promise',
      onError: async () => {
        await setImmediate()
      },
      status: 401,
    },
    {
      what: 'sends a file',
      onError: (_e, _req, res) => res.status(418).sendFile(page),
      status: 418,
      body: '<p>No entry</p>\n',
    },
    {
      what: 'offers a download',
      onError: (_e, _req, res) => res.status(418).download(page),
      status: 418,
      body: '<p>No entry</p>\n',
    },
    {
      what: 'sends a file without waiting for it, in a promise',
      onError: async (_e, _req, res) => res.status(418).sendFile(page),
      status: 418,
    },
    { what: 'sends a file that is missing', onError: (_e, _req, res) => res.sendFile(`${page}x`), status: 499 },
    // Express calls next() without an error for a folder.
    { what: 'sends a folder', onError: (_e, _req, res) => res.sendFile(views), status: 499 },
    { what: 'sends a file by a relative path', onError: (_e, _req, res) => res.sendFile('denied.html'), status: 500 },
    {
      what: 'sends a file by a relative path, in a promise',
      onError: async (_e, _req, res) => {
        await setImmediate()
        res.status(403).sendFile('denied.html')
      },
      status: 500,
    },
    {
      what: 'sends no file, and catches what that throws',
      onError: (_e, _req, res) => {
        expect(() => res.sendFile('denied.html')).toThrow(TypeError)
      },
      status: 401,
    },
    { what: 'renders without a view engine', onError: (_e, _req, res) => res.render('denied.no-engine'), status: 500 },
    {
      what: 'renders a view',
      onError: (_e, _req, res) => res.status(418).render('denied'),
      status: 418,
      body: 'rendered',
    },
    { what: 'renders a view that is missing', onError: (_e, _req, res) => res.render('other'), status: 499 },
    {
      what: 'pipes a stream',
      onError: (_e, _req, res) => createReadStream(page).pipe(res.status(418)),
      status: 418,
      body: '<p>No entry</p>\n',
    },
    {
      what: 'streams',
      onError: (_e, _req, res) => {
        res.status(418).write('a')
        setTimeout(() => res.end('b'), 5)
      },
      status: 418,
      body: 'ab',
    },
    { what: 'passes the error on', onError: (e, _req, _res, next) => next(e), status: 499 },
    {
      what: 'passes another error on',
      onError: (_e, _req, _res, next) => next(new Error('other')),
      status: 499,
      body: '{"message":"other"}',
    },
    {
      what: 'passes the error on later, by a promise',
      onError: async (e, _req, _res, next) => {
        await setImmediate()
        next(e)
      },
      status: 499,
    },
    ...[undefined, null, false, 0, '', 'route', 'router', 'x', {}].map((given) => ({
      what: `calls next(${JSON.stringify(given)})`,
      onError: ((_e, _req, _res, next) => next(given)) as OnError,
      status: 499,
      body: '{"code":"missing_token"',
    })),
    {
      what: 'calls next twice',
      onError: (e, _req, _res, next) => {
        next(e)
        next(e)
      },
      status: 499,
    },
    { what: 'calls req.next()', onError: (_e, req) => req.next?.(), status: 499 },
    {
      what: 'throws',
      onError: () => {
        throw new Error('onError')
      },
      status: 500,
    },
    { what: 'rejects', onError: async () => await Promise.reject(new Error('onError')), status: 500 },
    {
      what: 'throws a word of command',
      onError: () => {
        // eslint-disable-next-line typescript/only-throw-error -- what must not reach next()
        throw 'router'
      },
      status: 500,
    },
    {
      what: 'answers, and throws',
      onError: (_e, _req, res) => {
        res.status(418).end()
        throw new Error('onError')
      },
      status: 418,
    },
    {
      what: 'passes the error on, and throws',
      onError: (e, _req, _res, next) => {
        next(e)
        throw new Error('onError')
      },
      status: 499,
    },
  ])('an onError that $what ends in $status', async ({ onError, status, body = '' }) => {
    const response = await sendRaw(await listen(appWith(onError)), { path: '/' })
    expect(response.status).toBe(status)
    expect(response.body).toContain(body)
    expect(reached).toBe(false)
  })

  test.each(['route', 'router'])('next(%j) opens no later route and no other router', async (word) => {
    const protect = authWith((_e, _req, _res, next) => next(word)).protect()
    const open = (_req: unknown, res: Response): void => void res.json({ ok: true })
    const app = express()
    app.get('/route', protect, open)
    app.get('/route', open)
    app.use('/router', express.Router().use(protect).get('/', open))
    app.get('/router', open)
    const origin = await listen(app)
    for (const path of ['/route', '/router']) expect(await sendRaw(origin, { path })).toMatchObject({ status: 401 })
  })

  test.each(['route', 'router'])('a bypass predicate that throws %j opens nothing', async (word) => {
    const app = express()
    const bypass = (): boolean => {
      // eslint-disable-next-line typescript/only-throw-error -- what must not reach next()
      throw word
    }
    app.use(authWith((e, _req, _res, next) => next(e)).protect({ bypass }))
    app.get('/', (_req, res) => void res.json({ ok: true }))
    expect(await sendRaw(await listen(app), { path: '/' })).toMatchObject({ status: 500 })
  })

  test('a view that fails in the app’s own error handler is answered by the app', async () => {
    const app = express()
    app.use(authWith((e, _req, _res, next) => next(e)).protect())
    app.use((_error: Error, _req: unknown, res: Response, _next: unknown) => res.render('missing'))
    app.use((_error: Error, _req: unknown, res: Response, _next: unknown) => void res.status(499).end())
    expect(await sendRaw(await listen(app), { path: '/' })).toMatchObject({ status: 499 })
  })

  test('Express’s own error handler sends the headers of the answer', async () => {
    const app = express().set('env', 'test')
    app.use(authWith((e, _req, _res, next) => next(e)).protect())
    expect(await sendRaw(await listen(app), { path: '/' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
    })
  })

  test.each<{ when: string; early: boolean; onError: OnError | undefined }>([
    { when: 'before us', early: true, onError: undefined },
    { when: 'before us, with an onError', early: true, onError: () => undefined },
    {
      when: 'by an onError that then throws',
      early: false,
      onError: (_e, _req, res) => {
        res.write('half')
        throw new Error('onError')
      },
    },
  ])(
    'a response that was begun $when is broken off: it is no whole one, and does not hang',
    async ({ early, onError }) => {
      const app = express().set('env', 'test')
      if (early) {
        app.use((_req, res, next) => {
          res.write('half')
          next()
        })
      }
      app.use(appWith(onError))
      await expect(sendRaw(await listen(app), { path: '/' })).rejects.toThrow(/aborted|hang up|ECONNRESET/)
      expect(reached).toBe(false)
    },
    // Less than sendRaw() waits: a hang must not be taken for the end of the connection.
    5_000,
  )
})
