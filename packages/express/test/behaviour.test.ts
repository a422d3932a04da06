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
import type { Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { cognitoAuth, type ExpressAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

const own: Record<AppVariant, ExpressAuthOptions> = {
  ...variantOptions,
  local: { ...variantOptions.local, onError: (_, req, res) => void (req.get('x-own') && res.status(418).end()) },
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

  const apps = new BehaviourApps(async (variant, alb) => await listen(appOf(variant, alb)))

  test.each(middlewareRows)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })

  test.each(makerNames)('%s, given to a router uncalled, answers 500', async (name) => {
    const differences = await runUncalled(async (options) => {
      const app = express().set('env', 'test')
      app.use(cognitoAuth({ ...options, authoriser })[name] as unknown as RequestHandler)
      return await listen(app.get('/', (_, res) => void res.send('open')))
    })
    expect(differences).toEqual([])
  })
})

test.each(mistakes)('$what is told at start', async (mistake) => {
  expect(await runMistake(mistake, (options) => cognitoAuth({ authoriser, ...options }))).toEqual([])
})
