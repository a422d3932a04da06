import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { expect, onTestFinished, test } from 'vitest'
import { stageOf, tokens, useFreshStages } from './fresh-stages.js'

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1')

useFreshStages()

test.for(['[::1]', 'localhost'])('an app that listens on ::1 alone is reached at %s', async (host, { skip }) => {
  skip(!hasIpv6, 'this machine has no ::1')
  const server = createServer((_, res) => res.end('ok'))
  await once(server.listen(0, '::1'), 'listening')
  onTestFinished(() => void server.close())
  const { gateway } = await stageOf({ upstream: `http://${host}:${(server.address() as AddressInfo).port}` })
  expect(await sendRaw(gateway.url, { path: '/', headers: tokens })).toMatchObject({ status: 200, body: 'ok' })
  expect(await sendRaw(gateway.url, { path: '/_cognito-auth/ready' })).toMatchObject({ status: 200 })
})
