import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  bearerOptions,
  bearerRows,
  behaviourRows,
  EARLIER_COOKIE,
  earlierCookieRows,
  handlerRows,
  localOptions,
  logoutRows,
  makerNames,
  mistakes,
  pageRows,
  rawPathRows,
  reasonRows,
  REDIRECT_URL,
  runRow,
  sendRaw,
  signOutOptions,
  signOutRows,
} from '@cognito-auth/testing/behaviour'
import type { Hono as App, MiddlewareHandler } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, type HonoAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, versions } from './apps.js'

const own: Record<AppVariant, HonoAuthOptions> = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  optional: { redirectUrl: REDIRECT_URL },
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: { ...localOptions, onError: (_, c) => (c.req.header('x-own') ? c.body(null, 418) : undefined) },
}

describe.each(versions)('the behaviour of every adapter, in $version', ({ Hono }) => {
  function appOf(variant: AppVariant, alb: TestAlb): App {
    const auth = cognitoAuth({ ...alb.options, authoriser, ...own[variant] })
    // Hono's own prints the exceptions of handlers.
    const app = new Hono().onError((_, c) => c.text('Internal Server Error', 500))
    if (variant === 'optional') {
      return app.get('/maybe', auth.optional(), (c) => c.json({ email: c.get('user')?.email ?? null }))
    }
    if (variant === 'signOut') {
      app.use(async (c, next) => {
        c.header('set-cookie', EARLIER_COOKIE, { append: true })
        await next()
      })
      app.all('/logout', auth.logout())
      app.all('/help', auth.logout({ returnTo: signOutOptions.logoutUrls[1] }))
    }
    app.use(auth.protect({ bypass: ['/health'] }))
    app.get('/health', (c) => c.json({ ok: true }))
    app.all('/', (c) => {
      const { email, groups, isAdmin } = getUser(c)
      return c.json({ email, groups, isAdmin })
    })
    app.get('/admins', auth.requireGroups('admins'), (c) => c.json({ email: getUser(c).email }))
    app.get('/admin', auth.requireAdmin(), (c) => c.json({ email: getUser(c).email }))
    app.get('/scopes', auth.requireScopes('my-api/read'), (c) => c.json({ ok: true }))
    app.get('/boom', () => {
      throw new Error('boom')
    })
    return app
  }

  const shared = new Map<AppVariant, { origin: string; alb: TestAlb }>()

  async function start(variant: AppVariant): Promise<{ origin: string; alb: TestAlb }> {
    const alb = await createTestAlb()
    return { alb, origin: await listen(appOf(variant, alb)) }
  }

  beforeAll(async () => {
    for (const variant of Object.keys(own) as AppVariant[]) shared.set(variant, await start(variant))
  })

  test.each([
    ...behaviourRows,
    ...pageRows,
    ...rawPathRows,
    ...handlerRows,
    ...signOutRows,
    ...logoutRows,
    ...earlierCookieRows,
    ...bearerRows,
    ...reasonRows,
  ])('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(row, app)).toEqual([])
  })

  test.each(makerNames)('%s, given to a router uncalled, answers 500', async (name) => {
    const alb = await createTestAlb()
    const app = new Hono().onError((_, c) => c.text('Internal Server Error', 500))
    app.use(cognitoAuth({ ...alb.options, authoriser, ...signOutOptions })[name] as unknown as MiddlewareHandler)
    app.get('/', (c) => c.text('open'))
    const { status, body } = await sendRaw(await listen(app), { path: '/' })
    expect({ status, isOpen: body === 'open' }).toEqual({ status: 500, isOpen: false })
  })
})

test.each(mistakes)('$what is told at start', async ({ make, message }) => {
  const alb = await createTestAlb()
  const create = (options: object): ReturnType<typeof cognitoAuth> =>
    cognitoAuth({ ...alb.options, authoriser, ...options })
  expect(() => make(create)).toThrow(
    expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) as unknown }),
  )
})
