import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { Authoriser } from '@cognito-auth/core'
import { startGateway } from '@cognito-auth/gateway'
import { createTestAlb } from '@cognito-auth/testing'

const alb = await createTestAlb() // keys and tokens in memory; the gateway verifies them as on AWS
// In place of the app: says as whom it is asked.
const app = createServer((request, response) => response.end(request.headers['x-auth-request-email']))
let gateway

before(async () => {
  await new Promise((resolve) => app.listen(0, '127.0.0.1', resolve))
  const { albArn, clientId, userPoolId, fetch } = alb.options
  gateway = await startGateway({
    albArn,
    clientId,
    userPoolId,
    fetch,
    authoriser: Authoriser.fromFile('auth-config.json'),
    upstream: `http://127.0.0.1:${app.address().port}`,
    listen: '127.0.0.1:0',
  })
})
after(async () => {
  await gateway.stop()
  app.close()
})

async function ask(headers = {}) {
  const response = await fetch(gateway.url, { headers, redirect: 'manual' })
  return { status: response.status, text: await response.text() }
}

test('a session is needed', async () => assert.equal((await ask()).status, 401))

test('the app is told who is allowed, whatever the browser says', async () => {
  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  const forged = { ...headers, 'x-auth-request-email': 'ada@example.com' }
  assert.deepEqual(await ask(forged), { status: 200, text: 'dev@example.com' })
})

test('others are denied', async () => {
  assert.equal((await ask(await alb.headersFor({ email: 'guest@example.com', groups: ['visitors'] }))).status, 403)
})

test('the signature of another load balancer is rejected', async () => {
  const user = { email: 'dev@example.com', groups: ['developers'] }
  assert.equal((await ask(await alb.headersFor(user, { fault: 'wrong_signer' }))).status, 401)
})
