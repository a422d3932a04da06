import {
  type AppVariant,
  bearerRows,
  BehaviourApps,
  behaviourRows,
  pageRows,
  rawPathRows,
  reasonRows,
  signOutRows,
  variantOptions,
} from '@cognito-auth/testing/behaviour'
import { afterAll, describe, expect, test } from 'vitest'
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

const own: Record<AppVariant, LambdaAuthOptions> = {
  ...variantOptions,
  local: {
    ...variantOptions.local,
    onError: (_, { headers, multiValueHeaders }) =>
      'x-own' in (multiValueHeaders ?? headers ?? {}) ? { statusCode: 418 } : undefined,
  },
}

/** One function for all routes, as behind a target group: each route is a handler of its own. */
function appOf(variant: AppVariant, options: CognitoAuthOptions) {
  const { withUser } = createLambdaAuth({ ...options, authoriser, ...own[variant], bypass: ['/health'] })
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
  const apps = new BehaviourApps(async (variant, { options }) => await serve(appOf(variant, options), mode))

  // The load balancer keeps the last of several values in single-value mode: the function sees one.
  const ofMode = rows.filter(({ what }) => mode === 'multi' || !/second (?:value|Authorization)/.test(what))

  test.each(ofMode)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })
})
