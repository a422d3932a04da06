import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  bearerOptions,
  bearerRows,
  behaviourRows,
  localOptions,
  pageRows,
  rawPathRows,
  reasonRows,
  REDIRECT_URL,
  runRow,
  signOutOptions,
  signOutRows,
} from '@cognito-auth/testing/behaviour'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AlbEvent,
  type AlbResult,
  Authoriser,
  type CognitoAuthOptions,
  createLambdaAuth,
  type LambdaAuthOptions,
} from '../src/index.js'
import { serve, stopServers } from './serve.js'

const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

afterAll(stopServers)

function json(value: object): AlbResult {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

const local: LambdaAuthOptions = {
  ...localOptions,
  onError: (_, { headers, multiValueHeaders }) =>
    'x-own' in (multiValueHeaders ?? headers ?? {}) ? { statusCode: 418 } : undefined,
}

/** One function for all routes, as behind a target group: each route is a handler of its own. */
function appOf(variant: AppVariant, options: CognitoAuthOptions) {
  const { withUser } = createLambdaAuth({
    ...options,
    authoriser,
    ...(variant === 'redirect' && { redirectUrl: REDIRECT_URL }),
    ...(variant === 'signOut' && signOutOptions),
    ...(variant === 'bearer' && bearerOptions),
    ...(variant === 'local' && local),
    bypass: ['/health'],
  })
  const admins = withUser((_, { user }) => json({ email: user?.email }), { groups: ['admins'] })
  const admin = withUser((_, { user }) => json({ email: user?.email }), { admin: true })
  const scopes = withUser((_, { user }) => json({ email: user?.email }), { scopes: ['my-api/read'] })
  const others = withUser(({ path }, { user }) => {
    if (user === null) return json({ ok: true })
    if (path !== '/') return { statusCode: 404, body: 'not found' }
    return json({ email: user.email, groups: user.groups, isAdmin: user.isAdmin })
  })
  return async (event: AlbEvent, context: unknown): Promise<AlbResult> => {
    const route = { '/admins': admins, '/admin': admin, '/scopes': scopes }[event.path] ?? others
    return await route(event, context)
  }
}

// A function has no anonymous people: whom the load balancer forwards is signed in.
const rows = [...behaviourRows, ...pageRows, ...rawPathRows, ...signOutRows, ...bearerRows, ...reasonRows].filter(
  ({ app }) => app !== 'optional',
)

describe.each(['single', 'multi'] as const)('in %s-value mode', (mode) => {
  type Started = { readonly origin: string; readonly alb: TestAlb }
  const shared = new Map<AppVariant, Started>()

  async function start(variant: AppVariant): Promise<Started> {
    const alb = await createTestAlb()
    return { alb, origin: await serve(appOf(variant, alb.options), mode) }
  }

  beforeAll(async () => {
    for (const variant of ['plain', 'redirect', 'signOut', 'bearer', 'local'] as const)
      shared.set(variant, await start(variant))
  })

  // The load balancer keeps the last of several values in single-value mode: the function sees one.
  const ofMode = rows.filter(({ what }) => mode === 'multi' || !/second (?:value|Authorization)/.test(what))

  test.each(ofMode)('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(row, app)).toEqual([])
  })
})
