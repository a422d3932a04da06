import { createTestAlb, type TestAlb, type TestUser } from '@cognito-auth/testing'
import type * as Remix2 from '@remix-run/server-runtime'
import type * as ReactRouter7 from 'react-router'
import type * as ReactRouter8 from 'react-router8'
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { createRemixAuth, headers, type RemixAuth } from '../src/index.js'
import { type App, type Args, FLAGGED_FRAMEWORKS, FRAMEWORKS } from './frameworks.js'

const ada: TestUser = { email: 'ada@example.com', groups: ['developers'] }
const everyFramework = [...FRAMEWORKS, ...FLAGGED_FRAMEWORKS]

let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

async function requestOf(user: TestUser | undefined, path: string, method = 'GET'): Promise<Request> {
  return new Request(`http://app.example${path}`, { method, headers: { ...(user && (await alb.headersFor(user))) } })
}

const names = ['cache-control', 'www-authenticate', 'retry-after'] as const

/** Status and headers; how long to wait is for core to say. */
function refusalOf({ status, headers: of }: Response): readonly unknown[] {
  return [status, ...names.map((name) => of.get(name)?.replace(/^\d+$/, 'seconds') ?? null)]
}

/** Each is refused for its own reason. */
const refusals = [
  { what: 'nobody', path: '/page', user: undefined, expected: [401, 'no-store', 'Bearer', null] },
  { what: 'a non-member', path: '/group', user: ada, expected: [403, 'no-store', null, null] },
  { what: 'an outage', path: '/page', user: ada, offline: true, expected: [503, 'no-store', null, 'seconds'] },
] as const

function expectRefusal(response: Response, expected: readonly unknown[]): void {
  expect(refusalOf(response)).toEqual(expected)
}

const Boundary = (): null => null

describe.each(everyFramework)('headers in $name', ({ handler, dataOf }) => {
  function app(auth: RemixAuth, boundaries: 'root' | 'page'): App {
    const page = { default: () => null, headers, ...(boundaries === 'page' && { ErrorBoundary: Boundary }) }
    const ask = async ({ request }: Args): Promise<object> => ({ email: (await auth.requireUser(request)).email })
    const askGroup = async ({ request }: Args): Promise<object> => ({ in: await auth.requireGroups(request, 'admins') })
    return {
      root: { path: '', default: () => null, ErrorBoundary: Boundary, headers, loader: () => ({ public: true }) },
      page: { path: 'page', ...page, loader: ask, action: ask },
      group: { path: 'group', ...page, loader: askGroup },
    }
  }

  describe.each(['root', 'page'] as const)('with the error boundary of the %s', (boundaries) => {
    test.each(refusals)('are those of a refusal for $what, of a page and of its data', async (refusal) => {
      const { path, user, expected } = refusal
      const handle = handler(app(createRemixAuth({ ...alb.options, authoriser: null }), boundaries))
      if ('offline' in refusal) alb.goOffline()
      const document = await handle(await requestOf(user, path))
      expectRefusal(document, expected)
      expect(document.headers.get('content-type')).not.toContain('problem')
      expectRefusal(await handle(await requestOf(user, dataOf(path, path.slice(1)))), expected)
    })

    test('are those of a refused action', async () => {
      const handle = handler(app(createRemixAuth({ ...alb.options, authoriser: null }), boundaries))
      for (const path of ['/page', dataOf('/page', 'page')]) {
        expectRefusal(await handle(await requestOf(undefined, path, 'POST')), [401, 'no-store', 'Bearer', null])
      }
    })
  })

  test('leave alone a page of somebody who came in, and what the routes above decided', async () => {
    const auth = createRemixAuth({ ...alb.options, authoriser: null })
    const { root, ...rest } = app(auth, 'root')
    const above = () => new Headers({ 'cache-control': 'private', 'x-frame-options': 'DENY' })
    const handle = handler({ root: { ...root, headers: above }, ...rest } as App)
    const response = await handle(await requestOf(ada, '/page'))
    expect([...refusalOf(response), response.headers.get('x-frame-options')]).toEqual([
      200,
      'private',
      null,
      null,
      'DENY',
    ])
  })
})

describe.each(everyFramework.filter(({ hasMiddleware }) => hasMiddleware))(
  'refusalHeaders in $name',
  ({ handler, dataOf }) => {
    function app(auth: RemixAuth): App {
      const root = { path: '', default: () => null, ErrorBoundary: Boundary }
      const loader = ({ context }: Args): unknown => context.get(auth.userContext)
      const page = { default: () => null, middleware: [auth.middleware], loader }
      return {
        root: { ...root, middleware: [auth.refusalHeaders] },
        page: { path: 'page', ...page },
        group: {
          path: 'group',
          default: () => null,
          middleware: [
            async ({ request }, next) => {
              await auth.requireGroups(request, 'admins')
              return await next()
            },
          ],
          loader: () => null,
        },
        resource: { path: 'resource', middleware: [auth.middleware], loader },
        forgiving: {
          path: 'forgiving',
          default: () => null,
          middleware: [
            async ({ request }, next) => {
              await auth.requireUser(request).catch(() => null)
              return await next()
            },
          ],
          loader: () => ({ public: true }),
        },
      }
    }

    test.each(refusals)('gives pages and their data the headers of a refusal for $what', async (refusal) => {
      const { path, user, expected } = refusal
      const handle = handler(app(createRemixAuth({ ...alb.options, authoriser: null })))
      if ('offline' in refusal) alb.goOffline()
      for (const url of [path, dataOf(path, '')]) expectRefusal(await handle(await requestOf(user, url)), expected)
    })

    test('leaves a resource route, a redirect, and whoever came in as they are', async () => {
      const auth = createRemixAuth({ ...alb.options, authoriser: null, redirectUrl: 'https://app.example/denied' })
      const handle = handler(app(auth))
      const resource = await handle(await requestOf(undefined, '/resource'))
      expectRefusal(resource, [401, 'no-store', 'Bearer', null])
      expect(resource.headers.get('content-type')).toBe('application/problem+json')
      const navigation = await requestOf(undefined, '/page')
      navigation.headers.set('sec-fetch-dest', 'document')
      const redirect = await handle(navigation)
      expectRefusal(redirect, [302, 'no-store', null, null])
      expect(redirect.headers.get('location')).toBe('https://app.example/denied')
      expectRefusal(await handle(await requestOf(ada, '/page')), [200, null, null, null])
    })

    test('says nothing of a refusal that an app has dealt with', async () => {
      const handle = handler(app(createRemixAuth({ ...alb.options, authoriser: null })))
      expectRefusal(await handle(await requestOf(undefined, '/forgiving')), [200, null, null, null])
    })
  },
)

test('the types are those of the frameworks', () => {
  expectTypeOf(headers).toExtend<Remix2.HeadersFunction>()
  expectTypeOf(headers).toExtend<ReactRouter7.HeadersFunction>()
  expectTypeOf(headers).toExtend<ReactRouter8.HeadersFunction>()
  expectTypeOf<RemixAuth['refusalHeaders']>().toExtend<ReactRouter7.MiddlewareFunction<Response>>()
  expectTypeOf<RemixAuth['refusalHeaders']>().toExtend<ReactRouter8.MiddlewareFunction<Response>>()
})
