/** An app that greets who may come in, and answers 401 and 403 to the others. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type AuthState, cognitoAuth, getUser, type KoaAuthOptions } from '@cognito-auth/koa'
import { createTestAlb } from '@cognito-auth/testing'
import Koa from 'koa'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const options: KoaAuthOptions = { ...alb.options, authoriser: null }
  const auth = cognitoAuth(options)
  const app = new Koa<AuthState>()
  app.use(auth.protect({ bypass: ['/health'] }))
  app.use(async (ctx, next) => {
    if (ctx.path === '/admin') return await auth.requireGroups('admins')(ctx, next)
    ctx.body = ctx.path === '/health' ? 'ok' : { hello: ctx.state.user?.email, also: getUser(ctx).email }
  })

  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const headers = await alb.headersFor({ email: 'dev@example.com' })
    const welcome = await fetch(base, { headers })
    assert.equal(welcome.status, 200)
    assert.deepEqual(await welcome.json(), { hello: 'dev@example.com', also: 'dev@example.com' })
    assert.equal((await fetch(base)).status, 401)
    assert.equal((await fetch(`${base}/admin`, { headers })).status, 403)
    assert.equal((await fetch(`${base}/health`)).status, 200)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

void main()
