import {
  type AppVariant,
  bearerRows,
  BehaviourApps,
  behaviourRows,
  handlerRows,
  pageRows,
  reasonRows,
  signOutRows,
  variantOptions,
} from '@cognito-auth/testing/behaviour'
import type { NextRequest } from 'next/server.js'
import { afterAll, describe, expect, test } from 'vitest'
import { Authoriser, createNextAuth, type NextAuthOptions } from '../src/index.js'
import { serve, stopServers } from './serve.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

const own: Record<AppVariant, NextAuthOptions> = {
  ...variantOptions,
  local: {
    ...variantOptions.local,
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
  const apps = new BehaviourApps(async (variant, alb) => {
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
    return await serve(isProxied ? proxy : () => undefined, route)
  })

  test.each(ofWay)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })
})
