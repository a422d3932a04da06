import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { createRequestHandler, type ServerBuild } from 'react-router'

const alb: TestAlb = await createTestAlb() // keys and tokens in memory; the app verifies them as on AWS

// The build reads the environment when it is imported, and fetches public keys: here from memory.
process.env['COGNITO_AUTH_ALB_ARN'] = alb.options.albArn
process.env['COGNITO_AUTH_CLIENT_ID'] = alb.options.clientId
process.env['COGNITO_AUTH_CONFIG_PATH'] = 'auth-config.json'
globalThis.fetch = alb.options.fetch
const path = '../build/server/index.js'
const handle = createRequestHandler((await import(path)) as ServerBuild)

async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await handle(new Request(`http://localhost${path}`, { headers }))
  await response.text()
  return response.status
}

test('the health check is open, everything else is not', async () => {
  assert.equal(await statusOf('/health'), 200)
  assert.equal(await statusOf('/'), 401)
})

test('developers are allowed, but for the page of admins', async () => {
  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  assert.equal(await statusOf('/', headers), 200)
  assert.equal(await statusOf('/admin', headers), 403)
})

test('admins are allowed everywhere', async () => {
  const headers = await alb.headersFor({ email: 'ada@example.com', groups: ['admins'] })
  assert.equal(await statusOf('/admin', headers), 200)
})

test('others are denied', async () => {
  const headers = await alb.headersFor({ email: 'guest@example.com', groups: ['visitors'] })
  assert.equal(await statusOf('/', headers), 403)
})

test('the signature of another load balancer is rejected', async () => {
  const user = { email: 'dev@example.com', groups: ['developers'] }
  assert.equal(await statusOf('/', await alb.headersFor(user, { fault: 'wrong_signer' })), 401)
})
