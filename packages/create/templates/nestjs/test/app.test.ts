import 'reflect-metadata'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Authoriser } from '@cognito-auth/core'
import { createTestAlb } from '@cognito-auth/testing'
import { NestFactory } from '@nestjs/core'
import { AppModule } from '../src/app.module.js'

const alb = await createTestAlb() // keys and tokens in memory; the app verifies them as on AWS
const authoriser = Authoriser.fromFile('auth-config.json')
const app = await NestFactory.create(AppModule.create({ ...alb.options, authoriser }), { logger: false })

before(async () => await app.listen(0, '127.0.0.1'))
after(async () => await app.close())

async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch((await app.getUrl()) + path, { headers, redirect: 'manual' })
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
