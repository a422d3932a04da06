import type { User } from '@cognito-auth/core'
import { describe, expect, test, vi } from 'vitest'
import type { RemixAuth } from '../src/index.js'
import type { App, Args } from './frameworks.js'
import {
  ada,
  authWith,
  everyFramework,
  formOf,
  requestOf,
  verificationsOf,
  withMiddleware,
} from './remix-auth-stage.js'

describe.each(everyFramework)('in $name', ({ handler, dataOf, showsDataUrl }) => {
  /** Three nested routes, each with a loader that asks for the user. */
  function nested(auth: RemixAuth): App {
    const loader = async ({ request }: Args): Promise<object> => ({ email: (await auth.requireUser(request)).email })
    return {
      root: { path: '', default: () => null, ErrorBoundary: () => null, loader },
      parent: { path: 'parent', default: () => null, loader },
      child: { path: 'child', parentId: 'parent', default: () => null, loader },
    }
  }

  test.each(['/parent/child', dataOf('/parent/child', 'child')])('parallel loaders of %s verify once', async (path) => {
    // Nothing is remembered of the tokens, so that each verification would be one anew.
    const auth = authWith({ tokenCacheSize: 0 })
    const visit = async (): Promise<void> => {
      const response = await handler(nested(auth))(await requestOf(ada, path))
      expect(response.status).toBe(200)
      expect((await response.text()).match(/ada@example\.com/g)?.length).toBeGreaterThanOrEqual(1)
    }
    expect(await verificationsOf(visit)).toBe(1)
    expect(await verificationsOf(visit)).toBe(1)
  })

  test('requests of two people at once are told apart', async () => {
    const auth = authWith()
    const handle = handler(nested(auth))
    const people = ['ada@example.com', 'bob@example.com', 'cyd@example.com']
    const bodies = await Promise.all(
      people.map(async (email) => await (await handle(await requestOf({ email }, '/parent/child'))).text()),
    )
    for (const [index, body] of bodies.entries()) {
      for (const email of people) expect(body.includes(email)).toBe(email === people[index])
    }
  })

  test('an error boundary gets the status; the page has it too', async () => {
    const response = await handler(nested(authWith()))(await requestOf(undefined, '/parent/child'))
    expect(response.status).toBe(401)
    const { errors } = (await response.json()) as { errors: Record<string, { status: number }> }
    expect(Object.values(errors)).toEqual([expect.objectContaining({ status: 401, statusText: 'Unauthorized' })])
  })

  test('a wrong environment is a 500 that tells the browser nothing', async () => {
    vi.resetModules()
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', '')
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { requireUser } = await import('../src/index.js')
    const loader = async ({ request }: Args): Promise<object> => ({ email: (await requireUser(request)).email })
    const page = { default: () => null, ErrorBoundary: () => null }
    const handle = handler({ root: { path: '', ...page }, me: { path: 'me', default: () => null, loader } })
    for (const path of ['/me', dataOf('/me', 'me')]) {
      const response = await handle(await requestOf(ada, path))
      expect(response.status).toBe(500)
      expect(await response.text()).not.toMatch(/ada@example|COGNITO_AUTH|albArn/)
    }
  })

  describe('a data request is no navigation', () => {
    const redirectUrl = 'https://app.example/denied'
    const dataPath = dataOf('/parent/child', 'child')

    test('but the page is', async () => {
      const handle = handler(nested(authWith({ redirectUrl })))
      const navigation = await handle(await requestOf(undefined, '/parent/child', { accept: 'text/html' }))
      expect([navigation.status, navigation.headers.get('location')]).toEqual([302, redirectUrl])
    })

    test.each([
      { what: 'a browser', headers: { accept: '*/*', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' } },
      { what: 'a browser that prefetches', headers: { 'sec-fetch-dest': 'empty', 'sec-purpose': 'prefetch' } },
      { what: 'a browser of before 2023, or on http', headers: { accept: '*/*' } },
      { what: 'a script that wants HTML', headers: { accept: 'text/html', 'sec-fetch-dest': 'empty' } },
      { what: 'a script that wants HTML, of 2019', headers: { accept: 'text/html', 'sec-fetch-mode': 'cors' } },
    ])('as $what sends it: it is refused, not redirected', async ({ headers }) => {
      const response = await handler(nested(authWith({ redirectUrl })))(await requestOf(undefined, dataPath, headers))
      expect(response.status).toBe(401)
      expect(await response.text()).not.toContain(redirectUrl)
    })

    test.each([
      { what: 'a client that wants HTML and says nothing of itself', headers: { accept: 'text/html' } },
      {
        what: 'somebody who types its address',
        headers: { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' },
      },
    ])('as $what sends it: it is refused, or told the redirect as data where loaders cannot tell', async (row) => {
      const response = await handler(nested(authWith({ redirectUrl })))(
        await requestOf(undefined, dataPath, row.headers),
      )
      // 202 and 204 are how the routers write a redirect that `fetch` must not follow.
      expect(showsDataUrl ? [401] : [202, 204]).toContain(response.status)
      expect(await response.text()).not.toContain(ada.email)
    })
  })

  test('a user goes to the browser as a profile: no token, no claim', async () => {
    const auth = authWith()
    const loader = async ({ request }: Args): Promise<{ user: User }> => ({ user: await auth.requireUser(request) })
    const app: App = {
      root: { path: '', default: () => null, loader },
      me: { path: 'me', default: () => null, loader },
      raw: { path: 'raw', loader: async (args) => Response.json(await loader(args)) },
    }
    for (const path of ['/me', dataOf('/me', 'me'), '/raw']) {
      const request = await requestOf(ada, path)
      const body = await (await handler(app)(request)).text()
      expect(body).toContain(ada.name)
      expect(body).toContain('isAppAdmin')
      for (const name of ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken']) {
        const [, payload = '', signature = ''] = (request.headers.get(name) ?? '').split('.')
        expect(body).not.toContain(payload)
        expect(body).not.toContain(signature)
      }
      expect(body).not.toMatch(/token_use|client_id|oidcClaims|accessClaims|origin_jti/)
    }
  })
})

describe.each(everyFramework)('a <Form> in $name', ({ handler, dataOf, hasMiddleware }) => {
  test.each([{ by: 'an action' }, ...(hasMiddleware ? [{ by: 'middleware' }] : [])])(
    'signs out by $by',
    async ({ by }) => {
      const auth = authWith({
        cognitoDomain: 'my.auth.example.com',
        logoutUrls: ['https://app.example/'],
        signOutPath: '/sign-out',
      })
      const middleware = { middleware: [auth.middleware], action: () => null }
      const action = { action: ({ request }: Args) => auth.logout(request) }
      const app: App = {
        root: { path: '', default: () => null },
        'routes/sign-out': { path: 'sign-out', loader: () => null, ...(by === 'middleware' ? middleware : action) },
      }
      const response = await handler(app)(formOf(dataOf('/sign-out', 'routes/sign-out')))
      expect([202, 204]).toContain(response.status)
      expect(response.headers.getSetCookie()).toHaveLength(4)
      // What the router goes by: a header of Remix 2, or the body of single fetch.
      const told = `${response.headers.get('x-remix-redirect')} ${await response.text()}`
      expect(told).toContain('https://my.auth.example.com/logout?client_id=')
    },
  )
})

describe.each(withMiddleware)('middleware of $name', ({ name, handler, dataOf }) => {
  const single = (path: string): string => dataOf(path, '')

  function app(auth: RemixAuth): App {
    const loader = ({ context }: Args): object => ({ email: (context.get(auth.userContext) as User).email })
    const page = { default: () => null, loader }
    return {
      root: { path: '', default: () => null, ErrorBoundary: () => null },
      members: { path: 'members', default: () => null, middleware: [auth.middleware], loader },
      deep: { path: 'deep', parentId: 'members', ...page },
      open: { path: 'open', ...page },
    }
  }

  test('protects a route and those below it', async () => {
    const handle = handler(app(authWith()))
    for (const path of ['/members', '/members/deep', single('/members/deep')]) {
      const response = await handle(await requestOf(ada, path))
      expect(response.status).toBe(200)
      expect(await response.text()).toContain(ada.email)
      expect((await handle(await requestOf(undefined, path))).status).toBe(401)
    }
  })

  test('where it did not run, there is no user to be had', async () => {
    const response = await handler(app(authWith()))(await requestOf(ada, '/open'))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain(ada.email)
  })

  test('sends people to a page that is bypassed, and no further', async () => {
    const auth = authWith({ redirectUrl: '/denied', bypass: ['/denied'] })
    const root = { path: '', default: () => null, ErrorBoundary: () => null, middleware: [auth.middleware] }
    const page = { default: () => null, loader: () => ({ sorry: true }) }
    const handle = handler({ root, denied: { path: 'denied', ...page }, home: { path: '/', ...page } })
    const page1 = await handle(await requestOf(undefined, '/', { 'sec-fetch-dest': 'document' }))
    expect([page1.status, page1.headers.get('location')]).toEqual([302, '/denied'])
    const page2 = await handle(await requestOf(undefined, '/denied', { 'sec-fetch-dest': 'document' }))
    expect([page2.status, await page2.text()]).toEqual([200, expect.stringContaining('sorry')])
  })

  test('opens a bypassed page, and its data, and nothing that only looks like it', async () => {
    const auth = authWith({ bypass: ['/open'] })
    const open = { path: 'open', default: () => null, loader: () => ({ open: true }) }
    const root = { path: '', default: () => null, ErrorBoundary: () => null, middleware: [auth.middleware] }
    const handle = handler({ root, open, other: { ...open, path: 'open.data/x' } })
    // How newer routers write the data of a path with a slash at its end.
    const slashed = name === 'React Router 7' ? [] : [single('/open/_')]
    for (const path of ['/open', '/open/', single('/open'), ...slashed]) {
      expect((await handle(await requestOf(undefined, path))).status).toBe(200)
    }
    for (const path of ['/%6fpen', '/OPEN', '/open.data/x']) {
      expect((await handle(await requestOf(undefined, path))).status).toBe(401)
    }
  })
})
