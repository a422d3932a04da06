/** An app that greets who may come in, and answers 401 and 403 to the others. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { cognitoAuth, type ExpressAuthOptions, getUser } from '@cognito-auth/express'
import { createTestAlb } from '@cognito-auth/testing'
import express from 'express'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const options: ExpressAuthOptions = { ...alb.options, authoriser: null }
  const auth = cognitoAuth(options)
  const app = express()
  app.use(auth.protect({ bypass: ['/health'] }))
  app.get('/health', (_req, res) => void res.send('ok'))
  app.get('/', (req, res) => void res.json({ hello: req.user?.email, also: getUser(req).email }))
  app.get('/admin', auth.requireGroups('admins'), (_req, res) => void res.send('admin'))

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
