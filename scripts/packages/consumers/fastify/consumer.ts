/** An app that greets whom the rules allow, and answers 401 and 403 to the others. */
import assert from 'node:assert/strict'
import { Authoriser, cognitoAuth, type FastifyAuthOptions, getUser } from '@cognito-auth/fastify'
import { createTestAlb } from '@cognito-auth/testing'
import Fastify from 'fastify'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
  const options: FastifyAuthOptions = { ...alb.options, authoriser, bypass: ['/health'] }
  const app = Fastify()
  await app.register(cognitoAuth, options)
  app.get('/health', () => 'ok')
  app.get('/admin', { onRequest: app.cognitoAuth.requireGroups('admins') }, () => 'admin')
  app.get('/', (request) => ({ hello: request.user?.email, also: getUser(request).email }))

  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  const welcome = await app.inject({ url: '/', headers })
  assert.equal(welcome.statusCode, 200)
  assert.deepEqual(welcome.json(), { hello: 'dev@example.com', also: 'dev@example.com' })
  assert.equal((await app.inject('/')).statusCode, 401)
  const visitor = await alb.headersFor({ groups: ['visitors'] })
  assert.equal((await app.inject({ url: '/', headers: visitor })).statusCode, 403)
  assert.equal((await app.inject({ url: '/admin', headers })).statusCode, 403)
  assert.equal((await app.inject('/health')).statusCode, 200)
  await app.close()
}

void main()
