import { Authoriser, type CognitoAuthOptions } from '@cognito-auth/core'
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWebAuth, type User, type WebAuth, type WebAuthOptions } from '../src/index.js'
import { serve, stopServers } from './serve.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

const local: WebAuthOptions = {
  ...localOptions,
  onError: (_, request) => (request.headers.has('x-own') ? new Response(null, { status: 418 }) : undefined),
}

function authOf(variant: AppVariant, options: CognitoAuthOptions): WebAuth {
  const redirect = variant === 'redirect' || variant === 'optional' ? { redirectUrl: REDIRECT_URL } : {}
  const own = { signOut: signOutOptions, bearer: bearerOptions, local, plain: {}, redirect: {}, optional: {} }[variant]
  return createWebAuth({ ...options, authoriser, ...redirect, ...own })
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
  type Started = { readonly origin: string; readonly alb: TestAlb }
  const shared = new Map<AppVariant, Started>()

  async function start(variant: AppVariant): Promise<Started> {
    const alb = await createTestAlb()
    return { alb, origin: await serve(appOf(authOf(variant, alb.options), variant)) }
  }

  beforeAll(async () => {
    for (const variant of ['plain', 'redirect', 'optional', 'signOut', 'bearer', 'local'] as const)
      shared.set(variant, await start(variant))
  })

  test.each(rows)('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(row, app)).toEqual([])
  })
})
