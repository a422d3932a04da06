import { Authoriser, type CognitoAuthOptions } from '@cognito-auth/core'
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
import { afterAll, describe, expect, test } from 'vitest'
import { createWebAuth, type User, type WebAuth, type WebAuthOptions } from '../src/index.js'
import { serve, stopServers } from './serve.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

const own: Record<AppVariant, WebAuthOptions> = {
  ...variantOptions,
  local: {
    ...variantOptions.local,
    onError: (_, request) => (request.headers.has('x-own') ? new Response(null, { status: 418 }) : undefined),
  },
}

function authOf(variant: AppVariant, options: CognitoAuthOptions): WebAuth {
  return createWebAuth({ ...options, authoriser, ...own[variant] })
}

const profile = ({ email, groups, isAdmin }: User) => Response.json({ email, groups, isAdmin })
const notFound = () => new Response('Not found', { status: 404 })

/** The routes that protect themselves, by throwing. */
function throwing(auth: WebAuth): (request: Request) => Promise<Response> {
  const routes: Record<string, (request: Request) => Promise<Response>> = {
    '/admins': async (request) => Response.json({ email: (await auth.requireGroups(request, 'admins')).email }),
    '/admin': async (request) => Response.json({ email: (await auth.requireAdmin(request)).email }),
    '/scopes': async (request) => Response.json({ email: (await auth.requireScopes(request, 'my-api/read')).email }),
    '/maybe': async (request) => Response.json({ email: (await auth.getUser(request))?.email ?? null }),
    '/boom': () => Promise.reject(new Error('boom')),
    '/': async (request) => profile(await auth.requireUser(request)),
  }
  return async (request) => {
    try {
      return (await routes[new URL(request.url).pathname]?.(request)) ?? notFound()
    } catch (thrown) {
      if (thrown instanceof Response) return thrown
      throw thrown
    }
  }
}

/** `protect()` in front of all. */
function whole(auth: WebAuth, variant: AppVariant): (request: Request) => Promise<Response> {
  const inner = throwing(auth)
  if (variant === 'optional') return inner
  return auth.protect(
    async (request, { user }) => {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/health')) return Response.json({ ok: user === null })
      return pathname === '/' && user !== null ? profile(user) : await inner(request)
    },
    { bypass: ['/health'] },
  )
}

/** `authenticate()` in front of all, as frameworks with `next()` use it. */
function returning(auth: WebAuth, variant: AppVariant): (request: Request) => Promise<Response> {
  const inner = throwing(auth)
  if (variant === 'optional') return inner
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/health' || pathname === '/health/') return Response.json({ ok: true })
    const { user, response } = await auth.authenticate(request)
    if (response) return response
    return pathname === '/' ? profile(user) : await inner(request)
  }
}

const common = [...behaviourRows, ...pageRows, ...handlerRows, ...bearerRows, ...reasonRows]

describe.each([
  { what: 'protect()', appOf: whole, rows: [...common, ...signOutRows] },
  { what: 'authenticate()', appOf: returning, rows: common },
])('$what', ({ appOf, rows }) => {
  const apps = new BehaviourApps(async (variant, { options }) => await serve(appOf(authOf(variant, options), variant)))

  test.each(rows)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })
})
