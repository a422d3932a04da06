import type { TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  BehaviourApps,
  EARLIER_COOKIE,
  makerNames,
  middlewareRows,
  mistakes,
  runMistake,
  runUncalled,
  signOutOptions,
  variantOptions,
} from '@cognito-auth/testing/behaviour'
import type { Hono as App, MiddlewareHandler } from 'hono'
import { describe, expect, test } from 'vitest'
import { cognitoAuth, type HonoAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, versions } from './apps.js'

const own: Record<AppVariant, HonoAuthOptions> = {
  ...variantOptions,
  local: { ...variantOptions.local, onError: (_, c) => (c.req.header('x-own') ? c.body(null, 418) : undefined) },
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

  const apps = new BehaviourApps(async (variant, alb) => await listen(appOf(variant, alb)))

  test.each(middlewareRows)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })

  test.each(makerNames)('%s, given to a router uncalled, answers 500', async (name) => {
    const differences = await runUncalled(async (options) => {
      const app = new Hono().onError((_, c) => c.text('Internal Server Error', 500))
      app.use(cognitoAuth({ ...options, authoriser })[name] as unknown as MiddlewareHandler)
      return await listen(app.get('/', (c) => c.text('open')))
    })
    expect(differences).toEqual([])
  })
})

test.each(mistakes)('$what is told at start', async (mistake) => {
  expect(await runMistake(mistake, (options) => cognitoAuth({ authoriser, ...options }))).toEqual([])
})
