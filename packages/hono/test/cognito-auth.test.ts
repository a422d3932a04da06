import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { polluted, sendRaw, statusOverHttp2 } from '@cognito-auth/testing/behaviour'
import { getRequestListener } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { cognitoAuth, getUser, type HonoAuth, type HonoAuthOptions } from '../src/index.js'
import { authoriser, listen, listenOn, signedIn } from './apps.js'

let alb: TestAlb
let headers: Record<string, string>

beforeAll(async () => {
  alb = await createTestAlb()
  headers = await alb.headersFor(signedIn)
})

function auth(more: HonoAuthOptions = {}): HonoAuth {
  return cognitoAuth({ ...alb.options, authoriser, ...more })
}

/** An app of some middleware, in front of one that says it was reached. */
function appOf(...middleware: MiddlewareHandler[]): Hono {
  const app = new Hono().onError((error, c) => c.text(`app: ${error.message}`, 500))
  for (const one of middleware) app.use(one)
  return app.all('*', (c) => c.text('reached'))
}

test('app.request() needs no server', async () => {
  const app = appOf(auth().protect({ bypass: ['/health'] }))
  expect((await app.request('/')).status).toBe(401)
  expect((await app.request('/health')).status).toBe(200)
  expect((await app.request('/', { headers })).status).toBe(200)
})

test('a polluted Object.prototype opens no path', async () => {
  const app = appOf(polluted({ bypass: ['/admin'] }, () => auth().protect()))
  expect((await app.request('/admin')).status).toBe(401)
})

test('getUser throws where nothing protected the route, whatever others wrote to the variable', async () => {
  const app = new Hono().onError((error, c) => c.text((error as Error & { code?: string }).code ?? '', 500))
  app.use(async (c, next) => {
    c.set('user', { email: 'forged@example.com', isAdmin: true } as User)
    await next()
  })
  app.get('/', (c) => c.json(getUser(c)))
  app.get('/admin', auth().requireAdmin(), (c) => c.text('reached'))
  app.get('/maybe', auth().optional(), (c) => c.json({ user: c.get('user') ?? null }))
  expect(await (await app.request('/')).text()).toBe('configuration')
  expect((await app.request('/admin')).status).toBe(401)
  expect(await (await app.request('/maybe')).json()).toEqual({ user: null })
})

test('finds the user where later middleware has replaced the request', async () => {
  const app = new Hono()
  app.use(auth().protect(), bodyLimit({ maxSize: 100 }))
  app.post('/', (c) => c.text(getUser(c).email))
  const response = await app.request('/', { method: 'POST', body: 'x', headers })
  expect(await response.text()).toBe(signedIn.email)
})

test('a response that earlier middleware has set is replaced, and its headers are kept', async () => {
  const early: MiddlewareHandler = async (c, next) => {
    c.res = new Response('reached', { headers: { 'x-a': 'b', 'cache-control': 'public', 'set-cookie': 'a=b' } })
    await next()
  }
  const response = await appOf(early, auth().protect()).request('/')
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ code: 'missing_token' })
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-a': 'b',
    'cache-control': 'no-store',
    'set-cookie': 'a=b',
    'content-type': 'application/problem+json',
  })
})

test('other middleware sees the refusal, and sets its headers', async () => {
  const response = await appOf(secureHeaders(), auth().protect()).request('/')
  expect(response.status).toBe(401)
  expect(response.headers.get('x-frame-options')).toBe('SAMEORIGIN')
})

test('an exception of a later handler goes to the app, not to us', async () => {
  const app = new Hono().onError((error, c) => c.text(error.message, 599 as 500))
  app.use(auth().protect())
  app.get('/', () => {
    throw new Error('handler')
  })
  const response = await app.request('/', { headers })
  expect({ status: response.status, body: await response.text() }).toEqual({ status: 599, body: 'handler' })
})

test.each<[string, HonoAuthOptions['onError'], number, string]>([
  ['answers', (_, c) => c.text('No entry', 418), 418, 'No entry'],
  ['answers later', async (_, c) => c.text('No entry', 418), 418, 'No entry'],
  ['answers by the code', (error, c) => ('code' in error ? c.text(error.code, 403) : undefined), 403, 'missing_token'],
  ['answers nothing', () => undefined, 401, 'missing_token'],
  ['answers nothing, later', async () => undefined, 401, 'missing_token'],
  ['answers with null', () => null as unknown as undefined, 401, 'missing_token'],
  ['answers with something else', () => ({ ok: true }) as unknown as undefined, 500, 'internal_error'],
  [
    'throws',
    () => {
      throw new Error('onError')
    },
    500,
    'internal_error',
  ],
  ['rejects', async () => await Promise.reject(new Error('onError')), 500, 'internal_error'],
])('an onError that %s ends in its answer', async (_, onError, status, body) => {
  const response = await appOf(auth({ onError }).protect()).request('/')
  expect(response.status).toBe(status)
  expect(await response.text()).toContain(body)
})

/** Node's; `@hono/node-server` puts its own in its place once there is a server. */
const NodeResponse = Response
const kept = new NodeResponse('No entry', { status: 403 })

test.each<[string, HonoAuthOptions['onError'], number, string]>([
  ['kept since before there was a server', () => kept.clone(), 403, 'No entry'],
  ['fetched', async () => await fetch('data:text/html,denied'), 200, 'denied'],
  ['kept for all, and sent more than once', () => kept, 403, 'No entry'],
  ['of Node’s class', () => NodeResponse.json('denied', { status: 403 }), 403, '"denied"'],
])('an onError on Node may answer with a Response that is %s', async (_, onError, status, body) => {
  const origin = await listen(appOf(secureHeaders(), auth({ onError }).protect()))
  expect(Response).not.toBe(NodeResponse)
  for (const path of ['/', '/again']) {
    const response = await sendRaw(origin, { path })
    expect(response).toMatchObject({ status, body, headers: { 'x-content-type-options': 'nosniff' } })
  }
})

test.each<[string, HonoAuthOptions['onError']]>([
  ['was read already', async () => await read(new NodeResponse('x'))],
  ['was read already, of the server’s class', async () => await read(new Response('x'))],
  ['is Response.error()', () => Response.error()],
])('an onError on Node whose Response %s has failed', async (_, onError) => {
  const origin = await listen(appOf(auth({ onError }).protect()))
  expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 500 })
})

async function read(response: Response): Promise<Response> {
  await response.text()
  return response
}

test.each<[string, HonoAuthOptions['onError']]>([
  ['by the context', (_, c) => c.text('No entry', 403)],
  ['by a Response of its own', () => new Response('No entry', { status: 403 })],
])('a local load balancer is told why, also where an onError answers %s', async (_, onError) => {
  const told = async (more: HonoAuthOptions): Promise<string | null> => {
    const response = await appOf(auth({ onError, ...more }).protect()).request('/')
    return response.headers.get('x-cognito-auth-reason')
  }
  expect(await told({ localAlb: 'http://localhost:8080' })).toBe('missing_token')
  expect(await told({})).toBeNull()
})

test.each([null, 'throw', {}, 1])('an onError that is %j is a mistake', (onError) => {
  expect(() => auth({ onError } as unknown as HonoAuthOptions)).toThrow(/^onError must be a function/)
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
  expect((await appOf(auth().protect({ bypass })).request('/')).status).toBe(status)
})

test('a bypass predicate gets the context, and is not asked about a path in another form', async () => {
  const app = appOf(auth().protect({ bypass: (c) => c.req.path.startsWith('/public/') }))
  const origin = await listen(app)
  for (const [path, status] of [
    ['/public/a.css', 200],
    ['/public/%C3%A4.css', 200],
    ['/public/%C3%A4%25.css', 200],
    ['/private', 401],
    ['/public/../private', 401],
    ['/public/%2e%2e/private', 401],
    ['/public/..%2fprivate', 401],
    ['/public//private', 401],
  ] as const) {
    expect([path, (await sendRaw(origin, { path })).status]).toEqual([path, status])
  }
})

describe('bypass compares the path as sent with what getPath makes of it', () => {
  /** The host, as Hono documents it. */
  const getPath = (request: Request): string => request.url.replace(/^https?:\/([^?]+).*$/, '$1')

  test.each([
    [['/health'], 401],
    [['/a.example/health'], 401],
    [['/health', '/a.example/health'], 200],
    [['/health', '/b.example/health'], 401],
  ])('with %j on the list', async (bypass, status) => {
    const app = new Hono({ getPath })
    app.use(auth().protect({ bypass }))
    app.get('/a.example/health', (c) => c.text('reached'))
    expect((await app.request('http://a.example/health')).status).toBe(status)
  })

  test('a getPath that rewrites opens nothing by itself', async () => {
    const app = new Hono({ getPath: () => '/secret' })
    app.use(auth().protect({ bypass: ['/health'] }))
    app.get('/secret', (c) => c.text('reached'))
    expect((await app.request('/health')).status).toBe(401)
  })

  test('a slash at the end makes no difference where the app is not strict', async () => {
    const app = new Hono({ strict: false })
    app.use(auth().protect({ bypass: ['/health'] }))
    app.get('/health', (c) => c.text('reached'))
    expect((await app.request('/health/')).status).toBe(200)
  })

  test('percent-encoded, as browsers send it', async () => {
    const app = appOf(auth().protect({ bypass: ['/%C3%BCber/a%20b', '/100%25'] }))
    expect((await app.request('/über/a b')).status).toBe(200)
    expect((await app.request('/100%25')).status).toBe(200)
    expect((await app.request('/über/c')).status).toBe(401)
  })
})

describe('mounted', () => {
  const inner = (...bypass: string[]): Hono => appOf(auth().protect({ bypass }))

  test.each([
    ['/api/health', '/api/health', 200],
    ['/health', '/api/health', 401],
    ['/api/health', '/other/api/health', 401],
    ['/api/health', '/api/x', 401],
  ])('by route(), with %s on the list, GET %s is answered with %i', async (listed, path, status) => {
    const app = new Hono().route('/api', inner(listed)).route('/other', inner(listed))
    expect((await app.request(path)).status).toBe(status)
    expect((await sendRaw(await listen(app), { path })).status).toBe(status)
  })

  test.each([
    [['/health'], 401],
    [['/api/health'], 401],
    [['/api/health', '/health'], 200],
  ])('by mount() on Node, both paths must be on the list: %j', async (listed, status) => {
    const app = new Hono().mount('/api', inner(...listed).fetch)
    expect((await sendRaw(await listen(app), { path: '/api/health' })).status).toBe(status)
  })

  test.each([
    ['/api/health', '/api/health', 200],
    ['/api/health', '/api/%68ealth', 401],
    ['/health', '/api/health', 401],
    ['/api/health', '/api/x', 401],
  ])('under an outer Express, with %s on the list, GET %s is answered with %i', async (listed, path, status) => {
    const listener = getRequestListener(inner(listed).fetch)
    const server = createServer((req, res) => {
      // What Express does where it is mounted at '/api'.
      const { url = '' } = req
      void listener(Object.assign(req, { originalUrl: url, baseUrl: '/api', url: url.slice('/api'.length) }), res)
    })
    expect((await sendRaw(await listenOn(server), { path })).status).toBe(status)
  })

  test('an app that protects by itself verifies its own request', async () => {
    const seen = new Hono()
    seen.use(auth().protect())
    seen.get('/me', (c) => c.text(getUser(c).email))
    const app = new Hono()
    app.use(auth().protect())
    app.mount('/api', seen.fetch)
    expect(await (await app.request('/api/me', { headers })).text()).toBe(signedIn.email)
    expect((await app.request('/api/me')).status).toBe(401)
  })
})

test('five requests at once, of two users and without tokens, never mix', async () => {
  const admin = await alb.headersFor({ email: 'admin@example.com', groups: ['admins'] })
  const app = new Hono()
  app.use(auth().optional())
  app.get('/', (c) => c.text(c.get('user')?.email ?? 'anonymous'))
  const origin = await listen(app)
  const answers = await Promise.all(
    [headers, admin, {}, headers, admin].map(async (one) => (await sendRaw(origin, { path: '/', headers: one })).body),
  )
  expect(answers).toEqual([signedIn.email, 'admin@example.com', 'anonymous', signedIn.email, 'admin@example.com'])
})

test('HTTP/2: a redirect to where the request is already is none', async () => {
  const app = new Hono().use(auth({ redirectUrl: 'https://app.example/denied' }).protect())
  const origin = await listenOn(createHttp2Server(getRequestListener(app.fetch)))
  expect([await statusOverHttp2(origin, '/'), await statusOverHttp2(origin, '/denied')]).toEqual([302, 401])
})

test('a second Authorization line is counted', async () => {
  const seen: unknown[] = []
  const app = appOf(async (c, next) => {
    seen.push(c.req.raw.headers.get('authorization'))
    await next()
  })
  await sendRaw(await listen(app), { path: '/', headers: { authorization: ['Bearer a', 'Bearer b'] } })
  expect(seen).toEqual(['Bearer a, Bearer b'])
})

test("c.get('user') is typed in every app", () => {
  new Hono().get('/', (c) => {
    expectTypeOf(c.get('user')).toEqualTypeOf<User | undefined>()
    expectTypeOf(c.var.user).toEqualTypeOf<User | undefined>()
    return c.text('')
  })
})
