import { Router } from '@koa/router'
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
import type Koa3 from 'koa'
import type { Middleware } from 'koa'
import { describe, expect, test } from 'vitest'
import { cognitoAuth, type KoaAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

const own: Record<AppVariant, KoaAuthOptions> = {
  ...variantOptions,
  local: { ...variantOptions.local, onError: (_, ctx) => (ctx.get('x-own') ? (ctx.status = 418) : undefined) },
}

describe.each(majors)('the behaviour of every adapter, in $version', ({ Koa }) => {
  function appOf(variant: AppVariant, alb: TestAlb): Koa3 {
    const auth = cognitoAuth({ ...alb.options, authoriser, ...own[variant] })
    const app = new Koa()
    const router = new Router()
    if (variant === 'optional') {
      router.get('/maybe', auth.optional(), (ctx) => {
        ctx.body = { email: ctx.state.user?.email ?? null }
      })
      app.use(router.routes())
      return app
    }
    if (variant === 'signOut') {
      app.use(async (ctx, next) => {
        ctx.append('set-cookie', EARLIER_COOKIE)
        await next()
      })
      const signOut = new Router()
      signOut.all('/logout', auth.logout())
      signOut.all('/help', auth.logout({ returnTo: signOutOptions.logoutUrls[1] }))
      app.use(signOut.routes())
    }
    app.use(auth.protect({ bypass: ['/health'] }))
    router.get('/health', (ctx) => {
      ctx.body = { ok: true }
    })
    router.all('/', (ctx) => {
      const { email, groups, isAdmin } = getUser(ctx)
      ctx.body = { email, groups, isAdmin }
    })
    for (const [path, guard] of [
      ['/admins', auth.requireGroups('admins')],
      ['/admin', auth.requireAdmin()],
      ['/scopes', auth.requireScopes('my-api/read')],
    ] as const) {
      router.get(path, guard, (ctx) => {
        ctx.body = { email: getUser(ctx).email }
      })
    }
    router.get('/boom', () => {
      throw new Error('boom')
    })
    app.use(router.routes())
    return app
  }

  const apps = new BehaviourApps(async (variant, alb) => await listen(appOf(variant, alb)))

  test.each(middlewareRows)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })

  test.each(makerNames)('%s, given to a router uncalled, answers 500', async (name) => {
    const differences = await runUncalled(async (options) => {
      const app = new Koa()
      app.use(cognitoAuth({ ...options, authoriser })[name] as unknown as Middleware)
      app.use((ctx) => {
        ctx.body = 'open'
      })
      return await listen(app)
    })
    expect(differences).toEqual([])
  })
})

test.each(mistakes)('$what is told at start', async (mistake) => {
  expect(await runMistake(mistake, (options) => cognitoAuth({ authoriser, ...options }))).toEqual([])
})
