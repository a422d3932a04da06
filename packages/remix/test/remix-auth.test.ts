import { AsyncLocalStorage } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'
import { Authoriser, type User } from '@cognito-auth/core'
import { polluted } from '@cognito-auth/testing/behaviour'
import * as ReactRouter7 from 'react-router'
import * as ReactRouter8 from 'react-router8'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import type * as Remix from '../src/index.js'
import type { MiddlewareArgs, RemixAuth, RemixAuthOptions } from '../src/index.js'
import { type Args, FRAMEWORKS } from './frameworks.js'
import { ada, alb, authWith, origin, requestOf, thrownBy, verificationsOf } from './remix-auth-stage.js'

describe('getUser', () => {
  test('gives the user, null for nobody, and throws for a bad token', async () => {
    const auth = authWith()
    expect(await auth.getUser(await requestOf(ada))).toMatchObject({ email: ada.email })
    expect(await auth.getUser(await requestOf())).toBeNull()
    const bad = new Request(origin, { headers: await alb.headersFor(ada, { fault: 'bad_signature' }) })
    expect((await thrownBy(auth.getUser(bad))).status).toBe(401)
  })
})

test('a polluted Object.prototype opens no path, and is nobody in a context', async () => {
  const auth = polluted({ bypass: ['/admin'] }, () => authWith())
  const context = new ReactRouter7.RouterContextProvider()
  const ask = async () =>
    await auth.middleware(
      { request: await requestOf(undefined, '/admin'), context } as MiddlewareArgs,
      async () => new Response('open'),
    )
  expect((await thrownBy(ask())).status).toBe(401)
  const fresh = new ReactRouter7.RouterContextProvider()
  expect(() => polluted({ defaultValue: { email: 'evil@example.com' } }, () => fresh.get(auth.userContext))).toThrow(
    'No value found',
  )
})

test('a loader that was answered together with others may ask again, and nothing is verified anew', async () => {
  const auth = authWith({ tokenCacheSize: 0 })
  const request = await requestOf(ada)
  const copy = new Request(request)
  const verified = await verificationsOf(async () => {
    await Promise.all([auth.requireUser(request), auth.requireUser(copy)])
    await auth.requireGroups(copy, 'developers')
    await auth.getUser(request)
  })
  expect(verified).toBe(1)
})

test('a rule that depends on the request is asked about each, also where their tokens are verified together', async () => {
  const tenant = new AsyncLocalStorage<string>()
  const isAllowed = (): boolean => tenant.getStore() === 'open'
  const auth = authWith({ authoriser: new Authoriser({ rules: [{ name: 'tenant', isAllowed }] }), tokenCacheSize: 0 })
  const request = await requestOf(ada)
  const outcomes = await Promise.allSettled(
    ['open', 'closed', 'open', 'closed'].map(
      async (name) => await tenant.run(name, async () => await auth.requireUser(request.clone())),
    ),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
})

describe('requests at once that have one token of three in common', () => {
  test.each(['x-amzn-oidc-accesstoken', 'x-amzn-oidc-identity'])('do not share an answer: %s differs', async (name) => {
    const auth = authWith({ tokenCacheSize: 0 })
    const good = await requestOf(ada)
    const bad = new Request(good, { headers: { ...Object.fromEntries(good.headers), [name]: 'a.b.c' } })
    for (const requests of [
      [good, bad],
      [bad, good],
    ]) {
      const outcomes = await Promise.allSettled(
        requests.map(async (request) => await auth.requireUser(request.clone())),
      )
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(requests.map((request) => request === good))
    }
  })

  test('share no answer that was given: the rules are asked again', async () => {
    const isAllowed = vi.fn<() => boolean>(() => true)
    const auth = authWith({ authoriser: new Authoriser({ rules: [{ name: 'own', isAllowed }] }) })
    const request = await requestOf(ada)
    await auth.requireUser(request.clone())
    isAllowed.mockReturnValue(false)
    expect((await thrownBy(auth.requireUser(request.clone()))).status).toBe(403)
  })
})

describe('onError', () => {
  const teapot = new Response('I am a teapot', { status: 418 })

  test.each<[string, RemixAuthOptions['onError'], number]>([
    ['answers', () => teapot, 418],
    ['answers later', async () => await Promise.resolve(teapot), 418],
    ['throws a Response', () => Promise.reject(teapot), 418],
    ['answers nothing', () => undefined, 401],
    ['answers null', () => null, 401],
    ['answers null later', async () => await Promise.resolve(null), 401],
    ['throws', () => Promise.reject(new Error('x')), 500],
    ['answers with something else', () => ({ status: 200 }) as Response, 500],
    ['answers false', () => false as unknown as null, 500],
  ])('that %s ends in its answer, and nobody comes in', async (_, onError, status) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const answer = await thrownBy(authWith({ onError }).requireUser(await requestOf()))
    expect(answer.status).toBe(status)
  })

  test('is told the error and the request', async () => {
    const seen: unknown[] = []
    const request = await requestOf()
    const onError = (...args: unknown[]): undefined => void seen.push(...args)
    await thrownBy(authWith({ onError }).requireUser(request))
    expect(seen).toEqual([expect.objectContaining({ code: 'missing_token' }), request])
  })
})

test.each(['/x.data', '/x?_data=routes/x', '/x.data?_routes=x'])(
  '%s is asked for by a script, not by a navigation',
  async (path) => {
    const auth = authWith({ redirectUrl: 'https://app.example/denied' })
    // A browser of before 2023 sends no `Sec-Fetch-Dest`, and an app's own `fetch` may accept HTML.
    expect((await thrownBy(auth.requireUser(await requestOf(undefined, path, { accept: 'text/html' })))).status).toBe(
      401,
    )
    expect((await thrownBy(auth.requireUser(await requestOf(undefined, '/x', { accept: 'text/html' })))).status).toBe(
      302,
    )
  },
)

describe('wrong use', () => {
  test('is said: something that is no Request, a group route without a group, an unknown option', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const auth = authWith()
    const args = { request: await requestOf(ada), params: {} }
    for (const wrong of [args, undefined, {}]) {
      await expect(auth.requireUser(wrong as unknown as Request)).rejects.toThrow(/pass `request`/)
    }
    expect((await thrownBy(auth.requireGroups(await requestOf(ada)))).status).toBe(500)
    expect(() => authWith({ onerror: () => undefined } as object)).toThrow(/'onerror'. Did you mean 'onError'\?$/)
    expect(() => authWith({ byPass: ['/x'] } as object)).toThrow(/'byPass'. Did you mean 'bypass'\?$/)
    expect((await thrownBy(auth.logout(await requestOf(ada), { returnTO: '/x' } as object))).status).toBe(500)
    expect(() => authWith({ onError: 'throw' } as object)).toThrow(expect.objectContaining({ code: 'configuration' }))
  })
})

test.each([undefined, null, {}, { set: true }])(
  'middleware says that %j is no context, and lets nobody in',
  async (context) => {
    const auth = authWith({ bypass: ['/open'] })
    const next = vi.fn<() => Promise<void>>()
    for (const path of ['/', '/open']) {
      const args = { request: await requestOf(ada, path), context } as unknown as MiddlewareArgs
      await expect(auth.middleware(args, next)).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringMatching(/v8_middleware/) as string,
      })
    }
    expect(next).not.toHaveBeenCalled()
  },
)

describe('logout', () => {
  test('gives the answer that expires the cookies and goes to Cognito', async () => {
    const auth = authWith({ cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example/'] })
    const response = await auth.logout(await requestOf(ada, '/logout', { accept: 'text/html' }))
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toMatch(/^https:\/\/my\.auth\.example\.com\/logout\?client_id=/)
    expect(response.headers.getSetCookie()).toHaveLength(4)
  })

  const form = 'application/x-www-form-urlencoded;charset=UTF-8'

  test.each([
    { what: 'a <Form>', headers: { 'content-type': form, 'sec-fetch-mode': 'cors', accept: '*/*' } },
    { what: 'a <Form> with a file', headers: { 'content-type': 'multipart/form-data; boundary=x', accept: '*/*' } },
    { what: 'a <Form>, in an old browser', headers: { 'content-type': form, accept: '*/*' } },
    { what: 'the data of a page', path: '/logout.data', method: 'GET', headers: { 'sec-fetch-mode': 'cors' } },
    { what: 'the data of Remix 2', path: '/logout?_data=routes/logout', headers: { 'sec-fetch-mode': 'cors' } },
  ])('sends the router of the browser to Cognito by a whole page: $what', async (request) => {
    const { path = '/logout', method = 'POST', headers } = request
    const auth = authWith({ cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example/'] })
    const response = await auth.logout(new Request(`http://localhost${path}`, { method, headers }))
    expect([response.status, response.headers.get('x-remix-reload-document')]).toEqual([302, 'true'])
    expect(response.headers.get('location')).toMatch(/^https:\/\/my\.auth\.example\.com\/logout\?client_id=/)
    expect(response.headers.getSetCookie()).toHaveLength(4)
  })

  test.each([
    { what: 'fetch', headers: { 'sec-fetch-mode': 'cors', accept: '*/*' }, type: 'application/json' },
    { what: 'fetch with JSON', headers: { 'content-type': 'application/json' }, type: 'application/json' },
    { what: 'a form', headers: { 'content-type': form, 'sec-fetch-mode': 'navigate' }, type: 'text/html' },
    { what: 'a form, in an old browser', headers: { 'content-type': form, accept: 'text/html' }, type: 'text/html' },
  ])('answers 200 to $what, as everywhere', async ({ headers, type }) => {
    const auth = authWith({ cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example/'] })
    const response = await auth.logout(new Request('http://localhost/logout', { method: 'POST', headers }))
    expect([response.status, response.headers.has('x-remix-reload-document')]).toEqual([200, false])
    expect(response.headers.get('content-type')).toContain(type)
  })

  test('refuses a returnTo that is not on the list', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const auth = authWith({ cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example/'] })
    const returnTo = 'https://evil.example/'
    expect((await thrownBy(auth.logout(await requestOf(ada), { returnTo }))).status).toBe(500)
  })
})

describe('configured by the environment alone', () => {
  async function load(): Promise<typeof Remix> {
    vi.resetModules()
    return await import('../src/index.js')
  }

  test('requireUser works, and the others with it', async () => {
    vi.stubGlobal('fetch', alb.options.fetch)
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
    vi.stubEnv('COGNITO_AUTH_CLIENT_ID', alb.options.clientId)
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', fileURLToPath(new URL('auth-config.json', import.meta.url)))
    const { requireUser, getUser, requireGroups, requireAdmin } = await load()
    expect(await requireUser(await requestOf(ada))).toMatchObject({ email: ada.email })
    expect(await getUser(await requestOf())).toBeNull()
    expect(await requireGroups(await requestOf(ada), 'developers')).toMatchObject({ name: ada.name })
    expect((await thrownBy(requireAdmin(await requestOf(ada)))).status).toBe(403)
    expect((await thrownBy(requireUser(await requestOf()))).status).toBe(401)
  })

  test('logout works', async () => {
    vi.stubGlobal('fetch', alb.options.fetch)
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
    vi.stubEnv('COGNITO_AUTH_CLIENT_ID', alb.options.clientId)
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', new URL('auth-config.json', import.meta.url).pathname)
    vi.stubEnv('COGNITO_AUTH_DOMAIN', 'my.auth.example.com')
    vi.stubEnv('COGNITO_AUTH_LOGOUT_URLS', 'https://app.example/,https://app.example/bye')
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { logout } = await load()
    const response = await logout(await requestOf(ada, '/logout', { accept: 'text/html' }), {
      returnTo: 'https://app.example/bye',
    })
    expect([response.status, response.headers.get('cache-control')]).toEqual([302, 'no-store'])
    const { origin: domain, pathname, searchParams } = new URL(response.headers.get('location') ?? '')
    expect(domain + pathname).toBe('https://my.auth.example.com/logout')
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: alb.options.clientId,
      logout_uri: 'https://app.example/bye',
    })
    expect(response.headers.getSetCookie()).toHaveLength(4)
    expect((await thrownBy(logout(await requestOf(ada), { returnTo: 'https://evil.example/' }))).status).toBe(500)
  })

  test('a wrong environment lets nobody in, and says what is wrong on each request', async () => {
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', '')
    const { requireUser, getUser } = await load()
    for (const ask of [requireUser, getUser, requireUser]) {
      await expect(ask(await requestOf(ada))).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringContaining('COGNITO_AUTH_ALB_ARN') as string,
      })
    }
  })
})

describe.each([
  { name: 'React Router 7', Context: ReactRouter7.RouterContextProvider },
  { name: 'React Router 8', Context: ReactRouter8.RouterContextProvider },
])('a context of $name that is made once and given to all requests', ({ name, Context }) => {
  const framework = FRAMEWORKS.find((one) => one.name === name)
  const boss = { email: 'boss@example.com' }

  function start(): { handle: (request: Request, context: unknown) => Promise<Response> } {
    const auth = authWith({ bypass: ['/open'] })
    const loader = ({ context }: Args): object => ({
      who: (context.get(auth.userContext) as User | null)?.email ?? 'nobody',
    })
    const handle = framework?.handler({
      root: { path: '', default: () => null, ErrorBoundary: () => null, middleware: [auth.middleware] },
      me: { path: 'me', default: () => null, loader },
      open: { path: 'open', default: () => null, loader },
    })
    return { handle: handle as never }
  }

  test('is refused for the second request, whoever sends it', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { handle } = start()
    const shared = new Context()
    expect(await (await handle(await requestOf(boss, '/me'), shared)).text()).toContain(boss.email)
    for (const request of [
      await requestOf(ada, '/me'),
      await requestOf(undefined, '/me'),
      await requestOf(undefined, '/open'),
    ]) {
      const response = await handle(request, shared)
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain(boss.email)
    }
  })

  test('tells nobody who else is there while two requests run at once', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { handle } = start()
    const shared = new Context()
    const requests = [await requestOf(boss, '/me'), await requestOf(ada, '/me')]
    const [first, second] = await Promise.all(requests.map(async (request) => await handle(request, shared)))
    expect([first?.status, second?.status]).toEqual([200, 500])
    expect(await first?.text()).toContain(boss.email)
    expect(await second?.text()).not.toContain(boss.email)
  })

  test('leaves nobody on a bypassed path, whatever it was filled with', async () => {
    const { handle } = start()
    expect(await (await handle(await requestOf(boss, '/open'), new Context())).text()).toContain('nobody')
  })
})

test('the types are those of React Router', () => {
  type Seven = ReactRouter7.MiddlewareFunction<Response>
  type Eight = ReactRouter8.MiddlewareFunction<Response>
  expectTypeOf<RemixAuth['middleware']>().toExtend<Seven>()
  expectTypeOf<RemixAuth['middleware']>().toExtend<Eight>()
  expectTypeOf<RemixAuth['userContext']>().toExtend<ReactRouter7.RouterContext<User>>()
  const ofContext = (context: ReactRouter7.RouterContextProvider, { userContext }: RemixAuth) =>
    context.get(userContext)
  expectTypeOf(ofContext).returns.toEqualTypeOf<User>()
  expectTypeOf<RemixAuth['userContext']>().toExtend<ReactRouter8.RouterContext<User>>()
})
