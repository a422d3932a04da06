import { createTestAlb, type TestAlb, type TestUser } from '@cognito-auth/testing'
import { polluted } from '@cognito-auth/testing/behaviour'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import {
  Authoriser,
  CognitoAuth,
  createWebAuth,
  type User,
  type WebAuth,
  type WebAuthOptions,
  type WebRequest,
} from '../src/index.js'

const origin = 'http://app.example'
const ada: TestUser = { email: 'ada@example.com', groups: ['developers'] }

let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function authWith(options: WebAuthOptions = {}): WebAuth {
  return createWebAuth({ ...alb.options, authoriser: null, ...options })
}

async function requestOf(user?: TestUser, path = '/', init: RequestInit = {}): Promise<Request> {
  return new Request(origin + path, { ...init, headers: user ? await alb.headersFor(user) : {} })
}

test('a polluted Object.prototype opens no path', async () => {
  const handler = polluted({ bypass: ['/admin'] }, () => authWith().protect(() => new Response('open')))
  expect((await handler(await requestOf(undefined, '/admin'))).status).toBe(401)
})

test('a polluted Object.prototype is nobody in an answer, and no answer to a user', async () => {
  const auth = authWith()
  const [nobody, known] = [await requestOf(), await requestOf(ada)]
  const refused = await auth.authenticate(nobody)
  expect(polluted({ user: { email: 'evil@example.com' } }, () => refused.user)).toBeUndefined()
  const allowed = await auth.authenticate(known)
  expect(polluted({ response: 'evil' }, () => allowed.response)).toBeUndefined()
})

async function thrownBy(promise: Promise<unknown>): Promise<Response> {
  const thrown = await promise.then(
    () => expect.unreachable('it was allowed'),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(Response)
  return thrown as Response
}

function quiet(): void {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
}

describe('refusals', () => {
  test('have the text of their status, which HTTP/1.1 and error boundaries show', async () => {
    const auth = authWith({ authoriser: Authoriser.fromLists({ allowedGroups: ['admins'] }) })
    const nobody = await thrownBy(auth.requireUser(await requestOf()))
    expect([nobody.status, nobody.statusText]).toEqual([401, 'Unauthorized'])
    const denied = await thrownBy(auth.requireUser(await requestOf(ada)))
    expect([denied.status, denied.statusText]).toEqual([403, 'Forbidden'])
    alb.goOffline()
    const offline = await thrownBy(
      createWebAuth({ ...alb.options, authoriser: null }).requireUser(await requestOf(ada)),
    )
    expect([offline.status, offline.statusText]).toEqual([503, 'Service Unavailable'])
  })

  test.each([
    { what: 'the usual answer', onError: undefined },
    {
      what: 'one Response that an app keeps for all',
      onError: (
        (kept) => () =>
          kept
      )(Response.json({ code: 'own' })),
    },
    {
      what: 'one that an app throws',
      onError: (
        (kept) => () =>
          Promise.reject(kept)
      )(Response.json({ code: 'own' })),
    },
  ])('are a Response of their own each: $what', async ({ onError }) => {
    const auth = authWith({ onError })
    const request = await requestOf()
    const [one, two] = await Promise.all([thrownBy(auth.requireUser(request)), thrownBy(auth.requireUser(request))])
    expect(await one.json()).toHaveProperty('code')
    expect(await two.json()).toHaveProperty('code')
    expect(await (await auth.authenticate(request)).response?.json()).toHaveProperty('code')
  })

  test.each<[string, (native: typeof Response) => WebAuthOptions['onError']]>([
    [
      'returns',
      (Native) => () =>
        new Native('own', {
          status: 418,
          headers: [
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ],
        }),
    ],
    [
      'throws',
      (Native) => () =>
        Promise.reject(
          new Native('own', {
            status: 418,
            headers: [
              ['set-cookie', 'a=1'],
              ['set-cookie', 'b=2'],
            ],
          }),
        ),
    ],
  ])('are of the class that the app has, of whichever class is what an onError %s', async (_, onErrorOf) => {
    const onError = onErrorOf(Response)
    // As @hono/node-server does.
    vi.stubGlobal('Response', class extends Response {})
    const answer = await thrownBy(authWith({ onError }).requireUser(await requestOf()))
    expect([answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([418, 'own', ['a=1', 'b=2']])
  })

  test('of an onError that answers with Response.error() are a 500, where the app’s class checks no status', async () => {
    quiet()
    const error = Response.error()
    const Native = Response
    vi.stubGlobal(
      'Response',
      class extends Native {
        constructor(body: string | null, init: ResponseInit) {
          super(body, init.status === 0 ? {} : init)
        }
      },
    )
    expect((await thrownBy(authWith({ onError: () => error }).requireUser(await requestOf()))).status).toBe(500)
  })

  test('of an onError that answers with what was read already, or cannot be sent, are a 500', async () => {
    quiet()
    const read = new Response('x')
    await read.text()
    const error = Response.error()
    for (const onError of [() => read, () => Promise.reject(read), () => error, () => Promise.reject(error)]) {
      expect((await thrownBy(authWith({ onError }).requireUser(await requestOf()))).status).toBe(500)
    }
  })
})

describe('authenticate', () => {
  test('gives a user or a response, never both, and never throws', async () => {
    quiet()
    const { authenticate } = authWith()
    const allowed = await authenticate(await requestOf(ada))
    expect([allowed.user?.email, allowed.response]).toEqual([ada.email, undefined])
    const refused = await authenticate(await requestOf())
    expect([refused.user, refused.response?.status]).toEqual([undefined, 401])
    for (const wrong of [undefined, null, 'x', {}, { headers: new Headers() }, { url: '/', method: 'GET' }]) {
      const { user, response } = await authenticate(wrong as unknown as Request)
      expect([user, response?.status]).toEqual([undefined, 500])
    }
  })

  test('reads no body', async () => {
    const { authenticate } = authWith()
    const request = await requestOf(ada, '/', { method: 'POST', body: 'hello' })
    await authenticate(request)
    expect([request.bodyUsed, await request.text()]).toEqual([false, 'hello'])
  })

  test('verifies a request once, and asks the rules once, however often it is asked', async () => {
    const isAllowed = vi.fn<() => boolean>(() => true)
    const auth = authWith({ authoriser: new Authoriser({ rules: [{ name: 'own', isAllowed }] }), tokenCacheSize: 0 })
    const request = await requestOf(ada)
    await Promise.all([
      auth.authenticate(request),
      auth.requireUser(request),
      auth.requireGroups(request, 'developers'),
    ])
    await auth.getUser(request)
    expect(isAllowed).toHaveBeenCalledTimes(1)
  })
})

describe('a request of another runtime', () => {
  /** As Bun, Deno, h3 and polyfills have them: no `Request` of this runtime. */
  async function foreign(user: TestUser | undefined, url: string): Promise<WebRequest> {
    const headers = new Headers(user && (await alb.headersFor(user)))
    return { url, method: 'GET', headers: { get: (name) => headers.get(name) } }
  }

  test.each([`${origin}/x`, '/x', 'https://app.example'])('counts with the url %s', async (url) => {
    const auth = authWith()
    expect(await auth.requireUser(await foreign(ada, url))).toMatchObject({ email: ada.email })
    expect((await thrownBy(auth.requireUser(await foreign(undefined, url)))).status).toBe(401)
    const handler = auth.protect((_request: WebRequest, { user }) => new Response(user.email))
    expect(await (await handler(await foreign(ada, url))).text()).toBe(ada.email)
    expect((await handler(await foreign(undefined, url))).status).toBe(401)
  })

  test.each([`${origin}/x/../open`, '/x/../open', `${origin}//open`, `${origin}/%6fpen`, '//open', '/open/../x'])(
    '%s is not the bypassed /open',
    async (url) => {
      const handler = authWith().protect((_request: WebRequest) => new Response('open'), { bypass: ['/open'] })
      expect((await handler(await foreign(undefined, url))).status).toBe(401)
    },
  )

  test.each([`${origin}/open`, '/open', '/open/', `${origin}/open?x=/../`])('%s is', async (url) => {
    const handler = authWith().protect((_request: WebRequest) => new Response('open'), { bypass: ['/open'] })
    expect((await handler(await foreign(undefined, url))).status).toBe(200)
  })
})

describe('protect', () => {
  test('hands on the request, the user, and whatever the framework passes besides', async () => {
    const handler = authWith().protect((request: Request, { user }, ...rest: [string, number]) =>
      Response.json([new URL(request.url).pathname, user.email, ...rest]),
    )
    expect(await (await handler(await requestOf(ada, '/x'), 'env', 7)).json()).toEqual(['/x', ada.email, 'env', 7])
  })

  test('does not touch what a handler throws: it is the app’s', async () => {
    const onError = vi.fn<() => Response>(() => new Response('answered'))
    const mine = new Error('mine')
    const handler = authWith({ onError }).protect(() => Promise.reject(mine))
    await expect(handler(await requestOf(ada))).rejects.toBe(mine)
    expect(onError).not.toHaveBeenCalled()
  })

  test('runs no handler for a request that is refused, or is none', async () => {
    quiet()
    const inner = vi.fn<() => Response>(() => new Response())
    const handler = authWith().protect(inner)
    expect((await handler(await requestOf())).status).toBe(401)
    expect((await handler(undefined as unknown as Request)).status).toBe(500)
    expect(inner).not.toHaveBeenCalled()
  })

  test('opens by a predicate that returns true, and nothing else', async () => {
    quiet()
    const request = await requestOf(undefined, '/open')
    for (const [answer, status] of [
      [true, 200],
      [1, 401],
      [Promise.resolve(true), 401],
      ['yes', 401],
    ] as const) {
      const handler = authWith().protect(() => new Response(), { bypass: () => answer as boolean })
      expect((await handler(request)).status).toBe(status)
    }
    const throws = () => {
      throw new Error('x')
    }
    expect((await authWith().protect(() => new Response(), { bypass: throws })(request)).status).toBe(500)
  })

  test.each([
    ['/folder/__data.json', ['/folder/*'], 401],
    ['/folder/_payload.json?x', ['/folder/*'], 401],
    ['/folder/page/__data.json', ['/folder/*'], 200],
    ['/folder/a__data.json', ['/folder/*'], 200],
    ['/__data.json', ['/', '/__data.json'], 200],
  ])('%s is data of a page, with %j on the list: %i', async (path, bypass, status) => {
    const handler = authWith().protect(() => new Response('open'), { bypass })
    expect((await handler(await requestOf(undefined, path))).status).toBe(status)
  })

  test.each([
    ['/open#/secret', 401],
    ['/open#?x', 401],
    ['/open?x#y', 200],
  ])('%s, which some routers do not end at its #, is answered %i', async (path, status) => {
    const handler = authWith().protect(() => new Response('open'), { bypass: ['/open'] })
    expect((await handler(await requestOf(undefined, path))).status).toBe(status)
  })

  test('gives null on a bypassed path, and the types say so', async () => {
    const { protect } = authWith()
    const handler = protect((_, { user }) => Response.json({ user }), { bypass: ['/open'] })
    expect(await (await handler(await requestOf(ada, '/open'))).json()).toEqual({ user: null })
    protect((request, { user }) => {
      expectTypeOf(request).toEqualTypeOf<Request>()
      expectTypeOf(user).toEqualTypeOf<User>()
      return new Response()
    })
    protect(
      (_, { user }) => {
        expectTypeOf(user).toEqualTypeOf<User | null>()
        return new Response()
      },
      { bypass: ['/open'] },
    )
  })

  test.each([
    { what: 'no handler', make: (auth: WebAuth) => auth.protect({ bypass: ['/x'] } as never) },
    { what: 'an unknown option', make: (auth: WebAuth) => auth.protect(() => new Response(), { byPass: [] } as never) },
    { what: 'a path that is none', make: (auth: WebAuth) => auth.protect(() => new Response(), { bypass: ['x'] }) },
  ])('refuses $what at once', ({ make }) => {
    expect(() => make(authWith())).toThrow(expect.objectContaining({ code: 'configuration' }))
  })
})

test('options are checked, and a CognitoAuth is taken as it is', async () => {
  expect(() => authWith({ onerror: () => undefined } as object)).toThrow(/Did you mean .?onError/)
  expect(() => authWith({ onError: 'throw' } as object)).toThrow(expect.objectContaining({ code: 'configuration' }))
  expect(() => createWebAuth('x' as never)).toThrow(expect.objectContaining({ code: 'configuration' }))
  const core = new CognitoAuth({ ...alb.options, authoriser: null })
  const auth = createWebAuth(core)
  expect(auth.core).toBe(core)
  expect(await auth.requireUser(await requestOf(ada))).toMatchObject({ email: ada.email })
})

describe('logout', () => {
  const options = { cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example/'] }

  test('gives the answer that expires the cookies', async () => {
    const response = await authWith(options).logout(await requestOf(ada))
    expect(response.headers.getSetCookie()).toHaveLength(4)
  })

  test('throws a 500 for a returnTo that is not on the list, or an unknown option', async () => {
    quiet()
    const auth = authWith(options)
    expect((await thrownBy(auth.logout(await requestOf(ada), { returnTo: 'https://evil.example/' }))).status).toBe(500)
    expect((await thrownBy(auth.logout(await requestOf(ada), { returnTO: '/' } as object))).status).toBe(500)
  })
})
