import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestAlb } from '@cognito-auth/testing'
import { NextRequest } from 'next/server.js'

const alb = await createTestAlb() // keys and tokens in memory; the app verifies them as on AWS
process.env['COGNITO_AUTH_ALB_ARN'] = alb.options.albArn
process.env['COGNITO_AUTH_CLIENT_ID'] = alb.options.clientId
process.env['COGNITO_AUTH_CONFIG_PATH'] = 'auth-config.json'
globalThis.fetch = alb.options.fetch
const { GET } = await import('../app/admin/route')

async function statusOf(headers: Record<string, string> = {}): Promise<number> {
  const request = new NextRequest('http://localhost/admin', { headers })
  const response = await GET(request, { params: Promise.resolve({}) })
  return response.status
}

test('a session is needed', async () => assert.equal(await statusOf(), 401))

test('developers are denied the page of admins', async () => {
  assert.equal(await statusOf(await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })), 403)
})

test('admins are allowed', async () => {
  assert.equal(await statusOf(await alb.headersFor({ email: 'ada@example.com', groups: ['admins'] })), 200)
})

test('others are denied', async () => {
  assert.equal(await statusOf(await alb.headersFor({ email: 'guest@example.com', groups: ['visitors'] })), 403)
})

test('the signature of another load balancer is rejected', async () => {
  const user = { email: 'ada@example.com', groups: ['admins'] }
  assert.equal(await statusOf(await alb.headersFor(user, { fault: 'wrong_signer' })), 401)
})
