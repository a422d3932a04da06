import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalAlb } from '@cognito-auth/local-alb'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { expect, onTestFinished, test } from 'vitest'
import { appOf, stageOf, tokens, useFreshStages } from './fresh-stages.js'

const CLI = join(import.meta.dirname, '..', 'dist', 'cli.mjs')

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1')

useFreshStages()

/** The command in a process of its own: which certificates are trusted is known when one starts. @returns its URL. */
async function gatewayThatTrusts(certificate: string, upstream: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  const file = join(folder, 'certificate.pem')
  writeFileSync(file, certificate)
  const args = ['--upstream', upstream, '--listen', '127.0.0.1:0', '--bypass', '/', '--authoriser', 'null']
  const arn = 'arn:aws:elasticloadbalancing:eu-west-2:123456789012:loadbalancer/app/my-alb/0123456789abcdef'
  const child = spawn(process.execPath, [CLI, ...args, '--alb-arn', arn], {
    env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: file },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill()
    await exited
    rmSync(folder, { recursive: true })
  })
  for await (const chunk of child.stderr) {
    const url = /listening on (\S+)/.exec(String(chunk))?.[1]
    if (url !== undefined) return url
  }
  throw new Error('the gateway did not start')
}

test('the certificate of an app is one for the app, whatever Host the client sends', async () => {
  const app = await appOf()
  const alb = await startLocalAlb({ https: true, port: 0, target: app.url, rules: [{ path: '/*', action: 'none' }] })
  onTestFinished(async () => await alb.stop())
  const url = await gatewayThatTrusts(alb.certificate ?? '', alb.url)
  expect(await sendRaw(url, { path: '/', headers: { host: 'localhost' } })).toMatchObject({ status: 200 })
  // That name is not in the certificate, and the local load balancer refuses it: so it was reached.
  const answer = await sendRaw(url, { path: '/', headers: { host: 'app.example.com' } })
  expect(answer.body).toMatch(/^The local load balancer answers to/)
})

test.for(['[::1]', 'localhost'])('an app that listens on ::1 alone is reached at %s', async (host, { skip }) => {
  skip(!hasIpv6, 'this machine has no ::1')
  const server = createServer((_, res) => res.end('ok'))
  await once(server.listen(0, '::1'), 'listening')
  onTestFinished(() => void server.close())
  const { gateway } = await stageOf({ upstream: `http://${host}:${(server.address() as AddressInfo).port}` })
  expect(await sendRaw(gateway.url, { path: '/', headers: tokens })).toMatchObject({ status: 200, body: 'ok' })
  expect(await sendRaw(gateway.url, { path: '/_cognito-auth/ready' })).toMatchObject({ status: 200 })
})
