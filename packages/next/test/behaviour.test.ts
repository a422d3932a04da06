import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  bearerOptions,
  bearerRows,
  behaviourRows,
  handlerRows,
  localOptions,
  pageRows,
  reasonRows,
  REDIRECT_URL,
  runRow,
  signOutOptions,
  signOutRows,
} from '@cognito-auth/testing/behaviour'
import type { NextRequest } from 'next/server.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Authoriser, createNextAuth, type NextAuthOptions } from '../src/index.js'
import { serve, stopServers } from './serve.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

const own: Record<AppVariant, NextAuthOptions> = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  optional: {},
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: {
    ...localOptions,
    onError: (_, request) => (request.headers.has('x-own') ? new Response(null, { status: 418 }) : undefined),
  },
}

// requireGroups(), requireAdmin() and getUser() ask Next for the headers: compat/next-app tests them in real apps.
const rows = [...behaviourRows, ...pageRows, ...handlerRows, ...signOutRows, ...bearerRows, ...reasonRows].filter(
  ({ app, what }) => app !== 'optional' && !/(?:group|admin|scope) route|only if|is no member|scope/.test(what),
)

const through = { params: Promise.resolve({}) }

describe.each([
  { what: 'proxy alone', isProxied: true, ofWay: rows },
  // Nothing answers signOutPath where only handlers protect themselves, and what has no route is 404.
  {
    what: 'withUser alone',
    isProxied: false,
    ofWay: rows.filter(({ app, what }) => app !== 'signOut' && !what.startsWith('does not take')),
  },
])('$what', ({ isProxied, ofWay }) => {
  type Started = { readonly origin: string; readonly alb: TestAlb }
  const shared = new Map<AppVariant, Started>()

  async function start(variant: AppVariant): Promise<Started> {
    const alb = await createTestAlb()
    const { proxy, withUser } = createNextAuth({ ...alb.options, authoriser, ...own[variant], bypass: ['/health'] })
    const home = withUser((_request, { user }) =>
      Response.json(user && { email: user.email, groups: user.groups, isAdmin: user.isAdmin }),
    )
    const boom = withUser(() => {
      throw new Error('boom')
    })
    const routes: Record<string, typeof home> = {
      '/': home,
      '/boom': boom,
      '/health': () => Promise.resolve(Response.json({ ok: true })),
      '/admins': home,
      '/admin': home,
    }
    const route = (request: NextRequest) => routes[request.nextUrl.pathname]?.(request, through)
    return { alb, origin: await serve(isProxied ? proxy : () => undefined, route) }
  }

  beforeAll(async () => {
    for (const variant of ['plain', 'redirect', 'signOut', 'bearer', 'local'] as const)
      shared.set(variant, await start(variant))
  })

  test.each(ofWay)('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(row, app)).toEqual([])
  })
})
