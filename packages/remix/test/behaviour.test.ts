import { Authoriser, type CognitoAuthOptions } from '@cognito-auth/core'
import {
  type AppVariant,
  bearerRows,
  BehaviourApps,
  type BehaviourRow,
  behaviourRows,
  differencesOf,
  pageRows,
  type RawResponse,
  reasonRows,
  sendRaw,
  signOutRows,
  variantOptions,
} from '@cognito-auth/testing/behaviour'
import { afterAll, describe, expect, test } from 'vitest'
import { createRemixAuth, headers, type RemixAuth, type RemixAuthOptions } from '../src/index.js'
import { type App, type Args, FRAMEWORKS, serve, stopServers } from './frameworks.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

const own: Record<AppVariant, RemixAuthOptions> = {
  ...variantOptions,
  local: {
    ...variantOptions.local,
    onError: (_, request) => (request.headers.has('x-own') ? new Response(null, { status: 418 }) : undefined),
  },
}

function authOf(variant: AppVariant, options: CognitoAuthOptions): RemixAuth {
  return createRemixAuth({ ...options, authoriser, ...own[variant], bypass: ['/health'] })
}

const profile = ({ email, groups, isAdmin }: { email: string; groups: readonly string[]; isAdmin: boolean }) =>
  Response.json({ email, groups, isAdmin })

/** Each loader and action asks for the user itself: Remix 2's way, and possible in all. */
function protectedByLoaders(auth: RemixAuth): App {
  const home = async ({ request }: Args): Promise<Response> => profile(await auth.requireUser(request))
  return {
    root: { path: '', default: () => null },
    home: { path: '/', loader: home, action: home },
    health: { path: 'health', loader: () => Response.json({ ok: true }) },
    admins: {
      path: 'admins',
      loader: async ({ request }) => Response.json({ email: (await auth.requireGroups(request, 'admins')).email }),
    },
    admin: {
      path: 'admin',
      loader: async ({ request }) => Response.json({ email: (await auth.requireAdmin(request)).email }),
    },
    scopes: {
      path: 'scopes',
      loader: async ({ request }) => Response.json({ email: (await auth.requireScopes(request, 'my-api/read')).email }),
    },
    maybe: {
      path: 'maybe',
      loader: async ({ request }) => Response.json({ email: (await auth.getUser(request))?.email ?? null }),
    },
  }
}

/** Middleware at the root protects all; loaders find the user in the context. */
function protectedByMiddleware(auth: RemixAuth): App {
  const home = ({ context }: Args): Response => profile(context.get(auth.userContext) as never)
  const { root: _, ...routes } = protectedByLoaders(auth)
  return {
    root: { path: '', default: () => null, middleware: [auth.refusalHeaders, auth.middleware] },
    ...routes,
    home: { path: '/', loader: home, action: home },
    // Without a route React Router answers 404, and asks no middleware.
    'sign-out': { path: 'sign-out', loader: () => Response.json({}), action: () => Response.json({}) },
  }
}

/** The same routes with components: they answer with pages, and with data for the browser's router. */
function asPages(app: App): App {
  return Object.fromEntries(
    Object.entries(app).map(([id, route]) => [id, { ...route, default: () => null, headers }]),
  ) as App
}

/** What a page was given to show: the data of its loader, or the problem document that its error boundary gets. */
function shownBy(response: RawResponse): RawResponse {
  if (response.headers['x-rendered-by'] === undefined || response.body === '') return response
  const { loaderData, errors } = JSON.parse(response.body) as {
    loaderData: Record<string, unknown>
    errors?: Record<string, { data: string }>
  }
  const [error] = Object.values(errors ?? {})
  // The layout has no data: null in Remix 2, nothing in the others.
  const data = Object.values(loaderData).find((of) => of !== null)
  if (error === undefined) return { ...response, body: JSON.stringify(data) }
  return { ...response, headers: { ...response.headers, 'content-type': 'application/problem+json' }, body: error.data }
}

/** What is expected of the data of a page: the same status and headers, in the routers' own format. */
function differencesOfData(response: RawResponse, { expected }: BehaviourRow): string[] {
  const { code, json } = expected
  const noStore = code === undefined ? {} : { 'cache-control': 'no-store' }
  const texts = [code, json?.['email']].filter((text) => typeof text === 'string')
  return [
    ...differencesOf(response, { status: expected.status, headers: { ...expected.headers, ...noStore } }),
    ...texts.filter((text) => !response.body.includes(text)).map((text) => `${text} is not in ${response.body}`),
  ]
}

const ways = FRAMEWORKS.flatMap((framework) => [
  { ...framework, way: 'loaders', appOf: protectedByLoaders },
  ...(framework.hasMiddleware ? [{ ...framework, way: 'middleware', appOf: protectedByMiddleware }] : []),
])

describe.each(ways)('$name, protected by $way', ({ way, handler, appOf, dataOf }) => {
  const startAll = (ofApp: (app: App) => App): BehaviourApps =>
    new BehaviourApps(async (variant, alb) => {
      const auth = authOf(variant, alb.options)
      // Middleware has no `optional()`: where anonymous people are welcome, loaders ask with `getUser`.
      const app = variant === 'optional' ? protectedByLoaders(auth) : appOf(auth)
      return await serve(handler(ofApp(app)))
    })

  // A route whose loader asks for nobody is public, however its path is written: nothing is bypassed there.
  const rows = behaviourRows.filter(({ what }) => way === 'middleware' || !what.startsWith('does not take'))
  // The server in front of the frameworks goes by Node's headers, which keep the first line.
  const ofBearer = bearerRows.filter(({ what }) => !what.includes('second Authorization'))
  const ofMiddleware = way === 'middleware' ? signOutRows : []

  describe.each([
    {
      kind: 'resource routes',
      ofApp: (app: App) => app,
      shown: (response: RawResponse) => response,
      ofKind: [...rows, ...pageRows, ...ofBearer, ...reasonRows, ...ofMiddleware],
    },
    // What a page shows is the app's error boundary.
    { kind: 'pages', ofApp: asPages, shown: shownBy, ofKind: rows },
  ])('with $kind', ({ ofApp, shown, ofKind }) => {
    const apps = startAll(ofApp)

    test.each(ofKind)('$app: $what', async (row) => {
      const { origin, alb } = await apps.of(row)
      const response = await sendRaw(origin, await row.request(alb))
      expect(differencesOf(shown(response), row.expected)).toEqual([])
    })
  })

  describe('as data of pages', () => {
    const apps = startAll(asPages)

    // Redirects of data have tests of their own, and so have paths that look like others.
    const ofData = rows.filter(({ app, what }) => app === 'plain' && !/^does not|query|slash/.test(what))

    test.each(ofData)('$what', async (row) => {
      const { origin, alb } = await apps.of(row)
      const { path, ...request } = await row.request(alb)
      expect(differencesOfData(await sendRaw(origin, { ...request, path: dataOf(path, '') }), row)).toEqual([])
    })
  })
})
