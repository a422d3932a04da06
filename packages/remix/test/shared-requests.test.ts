import { Authoriser, MissingTokenError, type User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb, type TestUser } from '@cognito-auth/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRemixAuth, type RemixAuth } from '../src/index.js'
import { createSharedRequests } from '../src/shared-requests.js'
import { type App, type Args, FLAGGED_FRAMEWORKS, FRAMEWORKS } from './frameworks.js'

// Loaders wait for each other, not for time: the clock stands still unless a test sets it.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const ada: TestUser = { email: 'ada@example.com', groups: ['developers'] }

/** Lets whatever is due happen, timers and all. */
async function aWhile(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setTimeout(resolve))
}

/** A promise, and what opens it. */
function gate<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((open) => {
    resolve = open
  })
  return { promise, resolve }
}

/** An `auth` whose verifications are counted, and remembered nowhere else. */
function counting(alb: TestAlb): { auth: RemixAuth; asked: () => number } {
  let asked = 0
  const rule = { name: 'counts', isAllowed: () => ++asked > 0 }
  const authoriser = new Authoriser({ rules: [rule] })
  return { auth: createRemixAuth({ ...alb.options, authoriser, tokenCacheSize: 0 }), asked: () => asked }
}

/** Three nested routes, whose loaders ask one after the other: each when the one before has its answer. */
function taking(auth: RemixAuth, turns = ['root', 'parent', 'child']): App {
  const answered = new Map(turns.map((id) => [id, gate<void>()]))
  const loaderOf = (id: string) => {
    const before = answered.get(turns[turns.indexOf(id) - 1] ?? '')
    return async ({ request }: Args): Promise<object> => {
      await before?.promise
      await aWhile()
      const { email } = await auth.requireUser(request)
      answered.get(id)?.resolve()
      return { email }
    }
  }
  const action = async ({ request }: Args): Promise<object> => ({ did: (await auth.requireUser(request)).email })
  const page = { default: () => null, ErrorBoundary: () => null }
  return {
    root: { path: '', ...page, loader: loaderOf('root') },
    parent: { path: 'parent', ...page, loader: loaderOf('parent') },
    child: { path: 'child', parentId: 'parent', ...page, loader: loaderOf('child'), action },
  }
}

const everyFramework = [...FRAMEWORKS, ...FLAGGED_FRAMEWORKS]

describe.each(everyFramework)('in $name', ({ handler, dataOf }) => {
  const paths = ['/parent/child', dataOf('/parent/child', 'child')]
  // Without single fetch each loader has an HTTP request of its own.
  const loadersOf = (path: string): string[] => (path.includes('_data=') ? ['child'] : ['root', 'parent', 'child'])

  test.each(paths)('loaders of %s that ask one after the other verify once', async (path) => {
    const alb = await createTestAlb()
    const { auth, asked } = counting(alb)
    for (const round of [1, 2]) {
      const headers = await alb.headersFor(ada)
      const handle = handler(taking(auth, loadersOf(path)))
      const response = await handle(new Request(`http://app.example${path}`, { headers }))
      expect([response.status, asked()]).toEqual([200, round])
      expect(await response.text()).toContain(ada.email)
    }
  })

  test('an action, and the loaders after it, verify once', async () => {
    const alb = await createTestAlb()
    const { auth, asked } = counting(alb)
    const init = { method: 'POST', headers: await alb.headersFor(ada), body: new URLSearchParams({ a: '1' }) }
    const response = await handler(taking(auth))(new Request('http://app.example/parent/child', init))
    expect([response.status, asked()]).toEqual([200, 1])
  })

  test('behind a load balancer, two requests with the same tokens are verified apart', async () => {
    const alb = await createTestAlb()
    const { auth, asked } = counting(alb)
    const headers = await alb.headersFor(ada)
    for (const round of [1, 2, 3]) {
      const traced = { ...headers, 'x-amzn-trace-id': `Root=1-67891233-abcdef01234567891234567${round}` }
      const handle = handler(taking(auth))
      const response = await handle(new Request('http://app.example/parent/child', { headers: traced }))
      expect([response.status, asked()]).toEqual([200, round])
    }
  })
})

describe.each(everyFramework.filter(({ hasMiddleware }) => hasMiddleware))(
  'middleware in $name',
  ({ handler, dataOf }) => {
    test.each(['/parent/child', dataOf('/parent/child', '')])('and the loaders of %s verify once', async (path) => {
      const alb = await createTestAlb()
      const { auth, asked } = counting(alb)
      const { root, ...rest } = taking(auth)
      const handle = handler({ root: { ...root, middleware: [auth.middleware] }, ...rest } as App)
      const response = await handle(new Request(`http://app.example${path}`, { headers: await alb.headersFor(ada) }))
      expect([response.status, asked()]).toEqual([200, 1])
    })
  },
)

describe('a verification', () => {
  const START = Date.UTC(2026, 0, 1)
  const traced = { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678' }
  const untraced = { 'x-amzn-oidc-data': 'a.b.c' }

  /** Asks for the users of requests, each a `Request` of its own, and counts who is verified. */
  function setup(answer: () => Promise<User> = () => Promise.resolve({} as User)) {
    const requireUser = vi.fn<() => Promise<User>>(answer)
    const requests = createSharedRequests({ requireUser })
    const ask = async (headers: Record<string, string>, afterSeconds = 0): Promise<unknown> => {
      vi.setSystemTime(START + afterSeconds * 1000)
      return await requests
        .requireUser(new Request('http://app.example/', { headers }))
        .catch((error: unknown) => error)
    }
    return { ask, verified: () => requireUser.mock.calls.length }
  }

  test.each([
    { what: 'a traced request is kept for half a minute', headers: traced, within: 29.999, at: 30 },
    { what: 'any other is kept for a second', headers: untraced, within: 0.999, at: 1 },
  ])('of $what from its answer on, and asking prolongs nothing', async ({ headers, within, at }) => {
    const { ask, verified } = setup()
    await ask(headers)
    await ask(headers, within)
    expect(verified()).toBe(1)
    await ask(headers, at)
    expect(verified()).toBe(2)
  })

  test('that takes long is shared while it takes, and kept from its answer on', async () => {
    const { promise, resolve } = gate<User>()
    const { ask, verified } = setup(() => promise)
    const asking = [ask(untraced), ask(untraced, 5)]
    resolve({} as User)
    await Promise.all(asking)
    await ask(untraced, 5.9)
    expect(verified()).toBe(1)
  })

  test.each([
    ['a token', { 'x-amzn-oidc-data': 'a.b.d' }],
    ['the access token', { 'x-amzn-oidc-accesstoken': 'x' }],
    ['the identity', { 'x-amzn-oidc-identity': 'x' }],
    ['the trace identifier', { 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345679' }],
    ['a cookie', { cookie: 'a=b' }],
  ])('is not shared with a request that differs in %s, even at the same time', async (_, change) => {
    const { ask, verified } = setup()
    await Promise.all([ask(traced), ask({ ...traced, ...change })])
    await ask(traced)
    expect(verified()).toBe(2)
  })

  test('that failed is kept for a traced request, whose loaders get one answer', async () => {
    const error = new MissingTokenError(['x'])
    const { ask, verified } = setup(() => Promise.reject(error))
    expect([await ask(traced), await ask(traced, 1)]).toEqual([error, error])
    expect(verified()).toBe(1)
  })

  test('that failed is shared by those who ask at once, and tried again where it may be another request', async () => {
    const { ask, verified } = setup(() => Promise.reject(new MissingTokenError(['x'])))
    await Promise.all([ask(untraced), ask(untraced)])
    expect(verified()).toBe(1)
    await ask(untraced)
    expect(verified()).toBe(2)
  })

  test('is worth nothing when the clock was put back', async () => {
    const { ask, verified } = setup()
    await ask(traced)
    await ask(traced, -1)
    expect(verified()).toBe(2)
  })

  test('is forgotten when a thousand others came after it', async () => {
    const { ask, verified } = setup()
    for (let number = 0; number <= 1000; number += 1) await ask({ ...traced, number: String(number) })
    await ask({ ...traced, number: '1' })
    expect(verified()).toBe(1001)
    await ask({ ...traced, number: '0' })
    expect(verified()).toBe(1002)
  })
})
