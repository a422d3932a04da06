/** Mints headers, good and spoilt, and answers a key fetch; runs a row of the behaviour table. */
import assert from 'node:assert/strict'
import { createTestAlb, type Fault, FAULTS, type TestUser } from '@cognito-auth/testing'
import { behaviourRows } from '@cognito-auth/testing/behaviour'

async function main(): Promise<void> {
  const alb = await createTestAlb({ region: 'us-east-1' })
  const user: TestUser = { email: 'dev@example.com', groups: ['developers'] }
  const headers = await alb.headersFor(user)
  assert.deepEqual(Object.keys(headers).toSorted(), [
    'x-amzn-oidc-accesstoken',
    'x-amzn-oidc-data',
    'x-amzn-oidc-identity',
  ])

  const url = `https://public-keys.auth.elb.us-east-1.amazonaws.com/${alb.albKey.kid}`
  const key = await alb.options.fetch(url)
  assert.match(await key.text(), /BEGIN PUBLIC KEY/)
  assert.deepEqual(alb.requests, [url])

  const fault: Fault = 'missing_data'
  assert.ok(FAULTS.includes(fault))
  assert.equal((await alb.headersFor(user, { fault }))['x-amzn-oidc-data'], undefined)

  assert.ok(behaviourRows.length > 0)
}

void main()
