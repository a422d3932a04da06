import { Authoriser, type CognitoAuthOptions } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { type AppVariant, behaviourRows, REDIRECT_URL, runRow } from '@cognito-auth/testing/behaviour'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRemixAuth, type RemixAuth } from '../src/index.js'
import { type App, type Args, FRAMEWORKS, serve, stopServers } from './frameworks.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

function authOf(variant: AppVariant, options: CognitoAuthOptions): RemixAuth {
  const redirect = variant === 'plain' ? {} : { redirectUrl: REDIRECT_URL }
  return createRemixAuth({ ...options, authoriser, ...redirect, bypass: ['/health'] })
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
    root: { path: '', default: () => null, middleware: [auth.middleware] },
    ...routes,
    home: { path: '/', loader: home, action: home },
  }
}

const ways = FRAMEWORKS.flatMap((framework) => [
  { ...framework, way: 'loaders', appOf: protectedByLoaders },
  ...(framework.hasMiddleware ? [{ ...framework, way: 'middleware', appOf: protectedByMiddleware }] : []),
])

describe.each(ways)('$name, protected by $way', ({ way, handler, appOf }) => {
  const shared = new Map<AppVariant, { origin: string; alb: TestAlb }>()

  async function start(variant: AppVariant): Promise<{ origin: string; alb: TestAlb }> {
    const alb = await createTestAlb()
    const auth = authOf(variant, alb.options)
    // Middleware has no `optional()`: where anonymous people are welcome, loaders ask with `getUser`.
    const app = variant === 'optional' ? protectedByLoaders(auth) : appOf(auth)
    return { alb, origin: await serve(handler(app)) }
  }

  beforeAll(async () => {
    for (const variant of ['plain', 'redirect', 'optional'] as const) shared.set(variant, await start(variant))
  })

  // A route whose loader asks for nobody is public, however its path is written: nothing is bypassed there.
  const rows = behaviourRows.filter(({ what }) => way === 'middleware' || !what.startsWith('does not take'))

  test.each(rows)('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(row, app)).toEqual([])
  })
})
