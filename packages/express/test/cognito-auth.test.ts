import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { polluted, sendRaw } from '@cognito-auth/testing/behaviour'
import type { default as express5 } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { authoriser, listen, majors, signedIn } from './apps.js'
import { cognitoAuth, type ExpressAuthOptions, getUser } from '../src/index.js'

describe.each(majors)('$version', ({ express }) => {
  describe('in an app of its own', () => {
    let alb: TestAlb

    beforeAll(async () => {
      alb = await createTestAlb()
    })

    function auth(more: ExpressAuthOptions = {}): ReturnType<typeof cognitoAuth> {
      return cognitoAuth({ ...alb.options, authoriser, ...more })
    }

    test('protects one route only', async () => {
      const app = express()
      app.get('/me', auth().protect(), (req, res) => void res.json({ email: getUser(req).email }))
      app.get('/open', (_req, res) => void res.json({ ok: true }))
      const origin = await listen(app)
      expect(await sendRaw(origin, { path: '/me' })).toMatchObject({ status: 401 })
      expect(await sendRaw(origin, { path: '/open' })).toMatchObject({ status: 200 })
      expect(await sendRaw(origin, { path: '/me', headers: await alb.headersFor(signedIn) })).toMatchObject({
        status: 200,
      })
    })

    test('a polluted Object.prototype opens no path', async () => {
      const protect = polluted({ bypass: ['/admin'] }, () => auth().protect())
      const origin = await listen(express().use(protect, (_req, res) => void res.json({ ok: true })))
      expect(await sendRaw(origin, { path: '/admin' })).toMatchObject({ status: 401 })
    })

    test('getUser throws where nothing protected the route, whatever others wrote to req.user', async () => {
      const app = express()
      app.use((req, _res, next) => {
        Object.assign(req, { user: { email: 'forged@example.com', groups: ['admins'], isAdmin: true } })
        next()
      })
      app.get('/', (req, res) => void res.json({ email: getUser(req).email }))
      app.get('/admins', auth().requireGroups('admins'), (_req, res) => void res.json({ ok: true }))
      app.get('/maybe', auth().optional(), (req, res) => void res.json({ user: req.user ?? null }))
      app.use((error: Error & { code?: string }, _req: unknown, res: express5.Response, _next: unknown) => {
        res.status(500).json({ code: error.code })
      })
      const origin = await listen(app)
      expect(JSON.parse((await sendRaw(origin, { path: '/' })).body)).toEqual({ code: 'configuration' })
      expect(await sendRaw(origin, { path: '/admins' })).toMatchObject({ status: 401 })
      expect(JSON.parse((await sendRaw(origin, { path: '/maybe' })).body)).toEqual({ user: null })
    })

    test('compares bypass paths with the whole path, mount path included', async () => {
      const app = express()
      const router = express.Router()
      router.use(auth().protect({ bypass: ['/api/health'] }))
      router.get('/health', (_req, res) => void res.json({ ok: true }))
      router.get('/api/health', (_req, res) => void res.json({ ok: true }))
      app.use('/api', router)
      app.use('/other', router)
      const origin = await listen(app)
      expect(await sendRaw(origin, { path: '/api/health' })).toMatchObject({ status: 200 })
      expect(await sendRaw(origin, { path: '/other/api/health' })).toMatchObject({ status: 401 })
      expect(await sendRaw(origin, { path: '/other/health' })).toMatchObject({ status: 401 })
    })

    test('does not bypass a path that the app has rewritten since', async () => {
      const app = express()
      app.use((req, _res, next) => {
        req.url = '/secret'
        next()
      })
      app.use(auth().protect({ bypass: ['/health'] }))
      app.get('/secret', (_req, res) => void res.json({ ok: true }))
      expect(await sendRaw(await listen(app), { path: '/health' })).toMatchObject({ status: 401 })
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
      const app = express()
      app.use(auth().protect({ bypass }))
      app.get('/', (_req, res) => void res.json({ ok: true }))
      expect(await sendRaw(await listen(app), { path: '/' })).toMatchObject({ status })
    })

    test('what goes wrong once somebody is let in is answered with 500', async () => {
      const app = express()
      app.use((req, _res, next) => {
        Object.defineProperty(req, 'user', { get: () => ({ email: 'forged@example.com' }) })
        next()
      })
      app.use(auth().protect())
      app.get('/', (req, res) => void res.json({ email: getUser(req).email }))
      const response = sendRaw(await listen(app), { path: '/', headers: await alb.headersFor(signedIn) })
      expect(await response).toMatchObject({ status: 500 })
    })

    test('a rejecting bypass predicate opens nothing, and ends no process', async () => {
      const app = express()
      const bypass = async (): Promise<boolean> => await Promise.reject(new Error('predicate'))
      app.use(auth().protect({ bypass: bypass as unknown as () => boolean }))
      app.get('/', (_req, res) => void res.json({ ok: true }))
      const origin = await listen(app)
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
    })

    test('does not go round for ever where the page that browsers are sent to is protected', async () => {
      const app = express()
      app.use('/app', auth({ redirectUrl: '/app/denied' }).protect())
      const origin = await listen(app)
      const headers = { accept: 'text/html' }
      expect(await sendRaw(origin, { path: '/app', headers })).toMatchObject({ status: 302 })
      expect(await sendRaw(origin, { path: '/app/denied', headers })).toMatchObject({ status: 401 })
    })

    test.each([null, 'throw', {}, 1])('an onError that is %j is a mistake', (onError) => {
      expect(() => auth({ onError } as unknown as ExpressAuthOptions)).toThrow(/^onError must be a function/)
    })
  })
})
