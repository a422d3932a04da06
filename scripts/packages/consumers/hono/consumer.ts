/** An app that greets whom the rules allow, and answers 401 and 403 to the others. */
import assert from 'node:assert/strict'
import { Authoriser, cognitoAuth, getUser, type HonoAuthOptions } from '@cognito-auth/hono'
import { createTestAlb } from '@cognito-auth/testing'
import { Hono } from 'hono'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
  const options: HonoAuthOptions = { ...alb.options, authoriser }
  const auth = cognitoAuth(options)
  const app = new Hono()
  app.use(auth.protect({ bypass: ['/health'] }))
  app.get('/health', (c) => c.text('ok'))
  app.get('/admin', auth.requireGroups('admins'), (c) => c.text('admin'))
  app.get('/', (c) => c.json({ hello: c.get('user')?.email, also: getUser(c).email }))

  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  const welcome = await app.request('/', { headers })
  assert.equal(welcome.status, 200)
  assert.deepEqual(await welcome.json(), { hello: 'dev@example.com', also: 'dev@example.com' })
  assert.equal((await app.request('/')).status, 401)
  assert.equal((await app.request('/', { headers: await alb.headersFor({ groups: ['visitors'] }) })).status, 403)
  assert.equal((await app.request('/admin', { headers })).status, 403)
  assert.equal((await app.request('/health')).status, 200)
}

void main()
