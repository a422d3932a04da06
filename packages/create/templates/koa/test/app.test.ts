import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { Authoriser, cognitoAuth } from '@cognito-auth/koa'
import { createTestAlb } from '@cognito-auth/testing'
import { createApp } from '../src/app.js'

const alb = await createTestAlb() // keys and tokens in memory; the app verifies them as on AWS
const authoriser = Authoriser.fromFile('auth-config.json')
const server = createServer(createApp(cognitoAuth({ ...alb.options, authoriser })).callback())

before(async () => await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
after(() => server.close())

async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' })
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
