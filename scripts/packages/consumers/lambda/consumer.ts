/** A function behind a load balancer that greets users whom the rules allow, and answers 401 and 403 to the others. */
import assert from 'node:assert/strict'
import { type AlbEvent, createLambdaAuth, type LambdaAuthOptions } from '@cognito-auth/lambda'
import { createTestAlb } from '@cognito-auth/testing'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const options: LambdaAuthOptions & { readonly bypass: readonly string[] } = {
    ...alb.options,
    authoriser: null,
    bypass: ['/health'],
  }
  const { withUser } = createLambdaAuth(options)
  const greet = withUser((_event, { user }) => ({ statusCode: 200, body: user?.email ?? 'nobody' }))
  const admin = withUser((_event, { user }) => ({ statusCode: 200, body: user?.email ?? 'nobody' }), {
    groups: ['admins'],
  })

  const headers = await alb.headersFor({ email: 'dev@example.com' })
  const event: AlbEvent = {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:targetgroup/x/1' } },
    httpMethod: 'GET',
    path: '/',
    headers,
    body: '',
    isBase64Encoded: false,
  }
  const allowed = await greet(event, {})
  assert.deepEqual([allowed.statusCode, allowed.body], [200, 'dev@example.com'])
  assert.equal((await greet({ ...event, headers: {} }, {})).statusCode, 401)
  assert.equal((await greet({ ...event, headers: {}, path: '/health' }, {})).body, 'nobody')
  assert.equal((await admin(event, {})).statusCode, 403)
}

void main()
