import { Router } from '@koa/router'
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
import type Koa3 from 'koa'
import type { Middleware } from 'koa'
import { beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, type KoaAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

const own: Record<AppVariant, KoaAuthOptions> = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  optional: { redirectUrl: REDIRECT_URL },
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: { ...localOptions, onError: (_, ctx) => (ctx.get('x-own') ? (ctx.status = 418) : undefined) },
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
    const app = new Koa()
    app.use(cognitoAuth({ ...alb.options, authoriser, ...signOutOptions })[name] as unknown as Middleware)
    app.use((ctx) => {
      ctx.body = 'open'
    })
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
