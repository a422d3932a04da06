import type { ConfigSource } from '@cognito-auth/core'
import { createTestAlb, type TestAlb, type TestUser } from '@cognito-auth/testing'
import { polluted } from '@cognito-auth/testing/behaviour'
import { NextRequest, NextResponse } from 'next/server.js'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import * as edge from '../src/edge.js'
import * as index from '../src/index.js'
import {
  Authoriser,
  CognitoAuth,
  CognitoAuthError,
  createNextAuth,
  type NextAuth,
  type NextAuthOptions,
  type User,
} from '../src/index.js'

const ada: TestUser = { email: 'ada@example.com', groups: ['developers'] }

let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function authWith(options: NextAuthOptions = {}): NextAuth<User | null> {
  return createNextAuth({ ...alb.options, authoriser: null, ...options } as NextAuthOptions & { bypass: string[] })
}

async function requestOf(user?: TestUser, path = '/'): Promise<NextRequest> {
  return new NextRequest(`http://app.example${path}`, { headers: user ? await alb.headersFor(user) : {} })
}

test('a polluted Object.prototype opens no path', async () => {
  const { proxy, withUser } = polluted({ bypass: ['/admin'], fetch: 'x' }, () => authWith())
  const request = await requestOf(undefined, '/admin')
  expect((await proxy(request))?.status).toBe(401)
  expect((await withUser(ok)(request, through)).status).toBe(401)
})

const through = { params: Promise.resolve({}) }
const ok = (): Response => new Response('ok')

describe('options', () => {
  test('are read at the first request: a build has no environment', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', '')
    const { proxy, withUser } = createNextAuth()
    const handler = vi.fn<() => Response>(ok)
    for (const answer of [await proxy(await requestOf(ada)), await withUser(handler)(await requestOf(ada), through)]) {
      expect([answer?.status, await answer?.json()]).toEqual([500, expect.objectContaining({ code: 'configuration' })])
    }
    expect(handler).not.toHaveBeenCalled()
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', alb.options.albArn)
    expect((await proxy(await requestOf()))?.status).toBe(500)
  })

  test.each([
    { what: 'an unknown option', make: () => authWith({ byPass: [] } as object), message: /bypass/ },
    { what: 'a misspelt variable', make: () => authWith({ clientID: 'x' } as object), message: /clientId/ },
    { what: 'an onError that is no function', make: () => authWith({ onError: 'x' } as object), message: /onError/ },
    { what: 'a path that is none', make: () => authWith({ bypass: ['x'] }), message: /bypass/ },
    { what: 'a handler that is none', make: () => authWith().withUser(undefined as never), message: /withUser/ },
  ])('$what is told at once', ({ make, message }) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) as string }),
    )
  })

  test('may be a CognitoAuth', async () => {
    const { proxy } = createNextAuth(new CognitoAuth({ ...alb.options, authoriser: null }))
    expect(await proxy(await requestOf(ada))).toBeUndefined()
    expect((await proxy(await requestOf()))?.status).toBe(401)
  })

  test('are read by warmUp(), which rejects where something is missing or wrong', async () => {
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', '')
    const given = { ...alb.options, authoriser: undefined } as object
    await expect(createNextAuth().warmUp()).rejects.toMatchObject({ code: 'configuration' })
    await expect(createNextAuth(given).warmUp()).rejects.toMatchObject({ code: 'configuration' })
    await expect(authWith().warmUp()).resolves.toBeUndefined()
    const unreachable: ConfigSource = { name: 'x', isSecret: true, read: () => Promise.reject(new Error('no')) }
    await expect(authWith({ authoriser: Authoriser.fromSource(unreachable) }).warmUp()).rejects.toThrow(
      CognitoAuthError,
    )
  })

  test('keys are fetched past the caches of Next', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>((input, init) => alb.options.fetch(input, init))
    vi.stubGlobal('fetch', fetch)
    const { fetch: _, ...others } = alb.options
    expect(await createNextAuth({ ...others, authoriser: null }).proxy(await requestOf(ada))).toBeUndefined()
    expect(fetch).toHaveBeenCalledTimes(2)
    for (const [, init] of fetch.mock.calls) expect(init).toMatchObject({ cache: 'no-store', next: { internal: true } })
  })
})

describe('onError', () => {
  test('answers for proxy and withUser, and where it answers nothing the usual answer is given', async () => {
    const answers = [new Response('own', { status: 418 }), undefined]
    for (const answer of answers) {
      const { proxy, withUser } = authWith({ onError: () => answer })
      const expected = answer?.status ?? 401
      expect((await proxy(await requestOf()))?.status).toBe(expected)
      expect((await withUser(ok)(await requestOf(), through)).status).toBe(expected)
    }
  })

  test.each<[string, NextAuthOptions['onError']]>([
    ['returns', () => NextResponse.next()],
    ['returns later', async () => await Promise.resolve(NextResponse.next({ status: 403 }))],
    ['throws', () => Promise.reject(NextResponse.next() as unknown as Error)],
  ])('that %s NextResponse.next() has failed: no request goes on to the page', async (_, onError) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { proxy, withUser } = authWith({ onError })
    const answers = [await proxy(await requestOf()), await withUser(ok)(await requestOf(), through)]
    for (const answer of answers) {
      expect(answer?.status).toBe(500)
      expect(answer?.headers.has('x-middleware-next')).toBe(false)
    }
  })

  test('may redirect, or rewrite to a page', async () => {
    const to = 'http://app.example/denied'
    const redirected = await authWith({ onError: () => NextResponse.redirect(to) }).proxy(await requestOf())
    expect([redirected?.status, redirected?.headers.get('location')]).toEqual([307, to])
    const rewritten = await authWith({ onError: () => NextResponse.rewrite(to) }).proxy(await requestOf())
    expect(rewritten?.headers.get('x-middleware-rewrite')).toBe(to)
  })
})

describe('outside of the App Router', () => {
  test.each(['requireUser', 'getUser', 'requireGroups', 'requireAdmin', 'requireScopes'] as const)(
    '%s says where it works, with a digest',
    async (name) => {
      await expect(authWith()[name]('admins')).rejects.toMatchObject({
        code: 'configuration',
        digest: 'COGNITO_AUTH_configuration',
        message: expect.stringContaining('App Router') as string,
      })
    },
  )

  test('withUser and proxy refuse a request of the Pages Router', async () => {
    const { withUser, proxy } = authWith()
    const handler = vi.fn<() => Response>(ok)
    const pages = { url: '/', method: 'GET', headers: {} } as unknown as NextRequest
    await expect(withUser(handler)(pages, through)).rejects.toThrow(/Pages Router/)
    await expect(proxy(pages)).rejects.toThrow(/Pages Router/)
    expect(handler).not.toHaveBeenCalled()
  })
})

test.each([
  ['/docs/index', 401],
  ['/docs/index/', 401],
  ['/docs/index?x', 401],
  ['/docs/index.rsc', 401],
  ['/docs/[[...slug]]', 401],
  ['/docs/a/index', undefined],
  ['/docs/index/a', undefined],
  ['/docs/reindex', undefined],
  ['/docs/index.html', undefined],
])(
  'with /docs/* on the list, %s, by which Next may answer with the page /docs, is answered %s',
  async (path, status) => {
    const { proxy } = authWith({ bypass: ['/docs/*'] })
    expect((await proxy(await requestOf(undefined, path)))?.status).toBe(status)
  },
)

describe('in the Edge runtime', () => {
  test('every export is there, and says that the Node runtime is needed', () => {
    expect(Object.keys(edge).sort()).toEqual(Object.keys(index).sort())
    for (const given of Object.values(edge)) {
      expect(() => (given as () => never)()).toThrow(/runtime: 'nodejs'/)
      expect(() => new (given as unknown as new () => object)()).toThrow(/runtime: 'nodejs'/)
      expect(() => (given as unknown as { fromLists: unknown }).fromLists).toThrow(/runtime: 'nodejs'/)
    }
  })
})

test('the types say who may be null, and what a route has', () => {
  const { withUser, requireUser } = createNextAuth()
  expectTypeOf(requireUser).returns.resolves.toEqualTypeOf<User>()
  withUser((request, { user }) => {
    expectTypeOf(request).toEqualTypeOf<NextRequest>()
    expectTypeOf(user).toEqualTypeOf<User>()
    return ok()
  })
  const typed = withUser<{ id: string }>(async (_, { params }) => new Response((await params).id))
  expectTypeOf(typed).toExtend<
    (request: NextRequest, context: { params: Promise<{ id: string }> }) => Promise<Response>
  >()
  createNextAuth({ bypass: ['/open'] }).withUser((_, { user }) => {
    expectTypeOf(user).toEqualTypeOf<User | null>()
    return ok()
  })
})
