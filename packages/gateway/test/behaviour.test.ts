import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  bearerOptions,
  bearerRows,
  behaviourRows,
  handlerRows,
  localOptions,
  pageRows,
  rawPathRows,
  reasonRows,
  REDIRECT_URL,
  runRow,
  signOutOptions,
  signOutRows,
} from '@cognito-auth/testing/behaviour'
import { Authoriser } from '@cognito-auth/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Gateway, GatewayOptions, User } from '../src/index.js'
import { startApp, startStage, type TestApp } from './stage.js'

/** What `optional` would be is the app's to decide, behind a path on the list of `bypass`. */
type Variant = Exclude<AppVariant, 'optional'>

const own: Record<Variant, Partial<GatewayOptions>> = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: localOptions,
}
const authoriser = Authoriser.fromLists({ allowedGroups: ['developers', 'admins'], adminUsers: ['root@example.com'] })

/** Groups, admins and scopes of one route are asked for by the app, which has them in its headers: rows of adapters. */
const OF_ROUTES = /group route|admin route|without the scope/

let app: TestApp
const gateways: Gateway[] = []
const shared = new Map<Variant, { origin: string; alb: TestAlb }>()

async function start(variant: Variant): Promise<{ origin: string; alb: TestAlb }> {
  const alb = await createTestAlb()
  // A local load balancer has the keys of its user pool under another address, and the gateway asks for them at start.
  const keys: typeof fetch = async () => await alb.options.fetch(`${alb.issuer}/.well-known/jwks.json`)
  const options = { upstream: app.url, authoriser, bypass: ['/health'], ...own[variant] }
  const { gateway } = await startStage({ ...options, ...(variant === 'local' && { fetch: keys }) }, alb)
  gateways.push(gateway)
  return { alb, origin: gateway.url }
}

beforeAll(async () => {
  app = await startApp((req, res) => {
    res.setHeader('content-type', 'application/json')
    if (req.url?.startsWith('/health') === true) return res.end('{"ok":true}')
    if (req.url === '/boom') return res.writeHead(500).end()
    const json = Buffer.from(String(req.headers['x-cognito-auth-user']), 'base64url').toString()
    const { email, groups, isAdmin } = JSON.parse(json) as User
    res.end(JSON.stringify({ email, groups, isAdmin }))
  })
  for (const variant of Object.keys(own) as Variant[]) shared.set(variant, await start(variant))
})

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop()
  await app.close()
})

const rows = [
  ...behaviourRows,
  ...pageRows,
  ...rawPathRows,
  ...handlerRows,
  ...signOutRows,
  ...bearerRows,
  ...reasonRows,
].filter(
  // The gateway has no hook for failures.
  ({ app: variant, what }) =>
    variant !== 'optional' && !OF_ROUTES.test(what) && !what.includes('the app answers itself'),
)

test.each(rows)('$app: $what', async (row) => {
  const variant = row.app as Variant
  const running = (row.fresh ? undefined : shared.get(variant)) ?? (await start(variant))
  expect(await runRow(row, running)).toEqual([])
})
