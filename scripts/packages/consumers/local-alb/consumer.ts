/** Starts an app behind the local load balancer, from code and by the program, and signs in. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { type LocalAlbOptions, startLocalAlb } from '@cognito-auth/local-alb'

const APP = `
  const app = (req, res) => res.end(req.headers['x-amzn-oidc-identity'] ?? 'nobody')
  require('node:http').createServer(app).listen(process.env.PORT)`

async function main(): Promise<void> {
  const options: LocalAlbOptions = { command: [process.execPath, '-e', APP], port: 0 }
  const alb = await startLocalAlb(options)
  try {
    const { cookie } = alb.signIn('dev@example.com')
    const signedIn = await fetch(alb.url, { headers: { cookie } })
    assert.equal(signedIn.status, 200)
    assert.notEqual(await signedIn.text(), 'nobody')
    const anonymous = await fetch(alb.url, { redirect: 'manual' })
    assert.equal(anonymous.status, 302)
  } finally {
    await alb.stop()
  }

  const help = execFileSync('node_modules/.bin/local-alb', ['--help'], { encoding: 'utf8' })
  assert.match(help, /--users/)
}

void main()
