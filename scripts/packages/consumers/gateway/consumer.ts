/** Puts the gateway in front of an app, from code and by the program, and asks as a user and as nobody. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type GatewayOptions, startGateway } from '@cognito-auth/gateway'
import { createTestAlb } from '@cognito-auth/testing'

async function main(): Promise<void> {
  const app = createServer((req, res) => res.end(req.headers['x-auth-request-email']))
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const alb = await createTestAlb()
  const upstream = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
  const options: GatewayOptions = { ...alb.options, authoriser: null, upstream, listen: '127.0.0.1:0' }
  const gateway = await startGateway(options)
  try {
    const signedIn = await fetch(gateway.url, { headers: await alb.headersFor({ email: 'ada@example.com' }) })
    assert.equal(await signedIn.text(), 'ada@example.com')
    assert.equal((await fetch(gateway.url)).status, 401)
  } finally {
    await gateway.stop()
    app.closeAllConnections()
    app.close()
  }

  const help = execFileSync('node_modules/.bin/gateway', ['--help'], { encoding: 'utf8' })
  assert.match(help, /--upstream/)
}

void main()
