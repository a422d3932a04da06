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
import type { Express, RequestHandler } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, type ExpressAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

const own: Record<AppVariant, ExpressAuthOptions> = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  optional: { redirectUrl: REDIRECT_URL },
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: { ...localOptions, onError: (_, req, res) => void (req.get('x-own') && res.status(418).end()) },
}

describe.each(majors)('the behaviour of every adapter, in $version', ({ express }) => {
  function appOf(variant: AppVariant, alb: TestAlb): Express {
    const auth = cognitoAuth({ ...alb.options, authoriser, ...own[variant] })
    const app = express().set('env', 'test')
    if (variant === 'optional') {
      return app.get('/maybe', auth.optional(), (req, res) => void res.json({ email: req.user?.email ?? null }))
    }
    if (variant === 'signOut') {
      app.use((_req, res, next) => {
        res.append('set-cookie', EARLIER_COOKIE)
        next()
      })
      app.all('/logout', auth.logout())
      app.all('/help', auth.logout({ returnTo: signOutOptions.logoutUrls[1] }))
    }
    app.use(auth.protect({ bypass: ['/health'] }))
    app.get('/health', (_req, res) => void res.json({ ok: true }))
    app.all('/', (req, res) => {
      const { email, groups, isAdmin } = getUser(req)
      res.json({ email, groups, isAdmin })
    })
    app.get('/admins', auth.requireGroups('admins'), (req, res) => void res.json({ email: getUser(req).email }))
    app.get('/admin', auth.requireAdmin(), (req, res) => void res.json({ email: getUser(req).email }))
    app.get('/scopes', auth.requireScopes('my-api/read'), (_req, res) => void res.json({ ok: true }))
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
    const app = express().set('env', 'test')
    app.use(cognitoAuth({ ...alb.options, authoriser, ...signOutOptions })[name] as unknown as RequestHandler)
    app.get('/', (_, res) => void res.send('open'))
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
