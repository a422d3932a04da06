/** Snippets of pages that can do their work here do it: events become metrics and logs, a stack becomes a template. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import { createTestAlb } from '@cognito-auth/testing'
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { App, type Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { ContainerImage } from 'aws-cdk-lib/aws-ecs'
import { register } from 'prom-client'
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { VARIABLE_NAMES } from '../../packages/core/src/options/table.js'
import { blocksOf } from './blocks.js'
import { writeBlocks } from './files.js'
import { readPage } from './pages.js'
import { run } from './run.js'

const DOCS = fileURLToPath(new URL('..', import.meta.url))

function written(page: string, name: string): string {
  return join(writeBlocks(page, blocksOf(readPage(page)), `_${name}`), `${name}.js`)
}

/** A config that is read, and one that is not there. */
async function twoConfigs(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'))
  try {
    const path = join(folder, 'auth-config.json')
    writeFileSync(path, '{ "allowed_groups": ["developers"] }')
    await Authoriser.fromFile(path).warmUp()
    expect(() => Authoriser.fromFile(join(folder, 'none.json'))).toThrow('does not exist')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One user who is let in, one who is not, and a token of somebody else's load balancer. */
async function threeRequests(): Promise<void> {
  const alb = await createTestAlb()
  const auth = new CognitoAuth({ ...alb.options, authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }) })
  await auth.requireUser(await alb.headersFor({ groups: ['developers'] }))
  await expect(auth.requireUser(await alb.headersFor({ groups: [] }))).rejects.toMatchObject({ status: 403 })
  await expect(auth.requireUser(await alb.headersFor({}, { fault: 'wrong_signer' }))).rejects.toMatchObject({
    reason: 'signer',
  })
}

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })

beforeAll(async () => {
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  for (const name of ['otel', 'prometheus']) await import(written('docs/operations.md', name))
  await threeRequests()
  await twoConfigs()
  return () => reader.shutdown()
})

test('the OpenTelemetry snippet counts decisions by outcome', async () => {
  await reader.forceFlush()
  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .filter(({ descriptor }) => descriptor.name === 'cognito_auth.decisions')
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ ...attributes, value })))
  expect(points).toEqual(
    expect.arrayContaining([
      { outcome: 'authorised', value: 1 },
      { outcome: 'denied', value: 1 },
      { outcome: 'rejected', code: 'invalid_token', reason: 'signer', value: 1 },
    ]),
  )
})

test('the Prometheus snippet counts decisions by outcome, and reads of the config', async () => {
  const text = await register.metrics()
  expect(text).toContain('cognito_auth_decisions_total{outcome="authorised"} 1')
  expect(text).toContain('cognito_auth_decisions_total{outcome="denied"} 1')
  expect(text).toContain('cognito_auth_decisions_total{outcome="rejected",code="invalid_token",reason="signer"} 1')
  expect(text).toContain('cognito_auth_config_reads_total{outcome="loaded",code=""} 1')
  expect(text).toContain('cognito_auth_config_reads_total{outcome="failed",code="configuration"} 1')
  const [, loadedAt] = /^cognito_auth_config_loaded_timestamp_seconds (\S+)$/m.exec(text) ?? []
  expect(Math.abs(Number(loadedAt) - Date.now() / 1000)).toBeLessThan(600)
})

/** A program of its own: pino writes past what a test could listen to. Of what it sends, one is denied and one is signed by another load balancer. */
const LOGGED = `
const { CognitoAuth, Authoriser } = await import('@cognito-auth/core')
const { createTestAlb } = await import('@cognito-auth/testing')
const alb = await createTestAlb()
const auth = new CognitoAuth({ ...alb.options, authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }) })
const requests = [alb.headersFor({ groups: [] }), alb.headersFor({}, { fault: 'wrong_signer' })]
for (const headers of await Promise.all(requests)) await auth.requireUser(headers).catch(() => {})
`

test('the logging snippet logs who was denied and what was rejected, without addresses', () => {
  const program = `await import(${JSON.stringify(pathToFileURL(written('docs/operations.md', 'logging')).href)})\n${LOGGED}`
  const { status, stdout, stderr } = run(process.execPath, ['--input-type=module', '-e', program], { cwd: DOCS })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, msg: 'user turned away', reason: 'denied' }),
    expect.objectContaining({
      level: 40,
      msg: 'request refused',
      code: 'invalid_token',
      reason: 'signer',
      status: 401,
    }),
  ])
  expect(stdout).not.toContain('@')
})

test('the CDK snippet makes a stack whose app is reached after a sign-in only', async () => {
  const { AppStack } = (await import(written('docs/deployment.md', 'stack'))) as {
    AppStack: new (scope: App, id: string, props: object) => Stack
  }
  const outdir = mkdtempSync(join(tmpdir(), 'stack-'))
  onTestFinished(() => rmSync(outdir, { recursive: true }))
  const template = Template.fromStack(
    new AppStack(new App({ outdir }), 'MyApp', {
      env: { account: '111122223333', region: 'eu-west-2' },
      host: 'app.example.com',
      certificateArn: 'arn:aws:acm:eu-west-2:111122223333:certificate/00000000-0000-0000-0000-000000000000',
      image: ContainerImage.fromRegistry('example/app'),
      port: 3000,
      healthPath: '/health',
    }),
  )
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Protocol: 'HTTPS',
    DefaultActions: [{ Type: 'authenticate-cognito' }, { Type: 'forward' }],
  })
  const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'))
  expect(ingress).toHaveLength(1)
  expect(ingress[0]?.['Properties']).toMatchObject({ FromPort: 3000, ToPort: 3000 })
  expect(ingress[0]?.['Properties']).toHaveProperty('SourceSecurityGroupId')
  const [task] = Object.values(template.findResources('AWS::ECS::TaskDefinition'))
  const environment = task?.['Properties'].ContainerDefinitions[0].Environment as { Name: string }[]
  const names = environment.map(({ Name }) => Name).filter((name) => name.startsWith('COGNITO_AUTH_'))
  expect(names).toContain('COGNITO_AUTH_ALB_ARN')
  expect(names.filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([])
  // `doctor` is run there.
  template.hasResourceProperties('AWS::ECS::Service', { EnableExecuteCommand: true })
  // No rule leads to the app without the authenticate action.
  for (const rule of Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule'))) {
    expect(rule['Properties'].Actions.map(({ Type }: { Type: string }) => Type)).toEqual(['fixed-response'])
  }
})

describe('the server of the WebSocket page', () => {
  let alb: LocalAlb

  beforeAll(async () => {
    const folder = writeBlocks('docs/websockets.md', blocksOf(readPage('docs/websockets.md')), '_server')
    writeFileSync(join(folder, 'auth-config.json'), '{ "allowed_groups": ["developers"] }')
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', join(folder, 'auth-config.json'))
    vi.stubEnv('NODE_ENV', 'development')
    alb = await startLocalAlb({ command: ['node', join(folder, 'server.js')], port: 0 })
    return async () => {
      await alb.stop()
      vi.unstubAllEnvs()
    }
  })
  afterEach(() => alb.setFault(undefined))

  /** The first message, or how the attempt ended. */
  async function greeting(groups: string[]): Promise<string> {
    const socket = new WebSocket(alb.appUrl, { headers: { ...alb.headersFor({ email: 'a@example.com', groups }) } })
    return await new Promise((resolve) => {
      socket.once('message', (data) => {
        resolve(String(data))
        socket.terminate()
      })
      socket.once('error', (error) => resolve(error.message))
    })
  }

  /** Opens a WebSocket by hand, without waiting for the answer. */
  async function upgrade(): Promise<Socket> {
    const { hostname, port } = new URL(alb.appUrl)
    const headers = {
      host: hostname,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...alb.headersFor({ email: 'a@example.com', groups: ['developers'] }),
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect(Number(port), hostname)
    socket.write(`GET / HTTP/1.1\r\n${lines.join('')}\r\n`)
    return socket
  }

  test('lets in who may come in, and nobody else', async () => {
    expect(await greeting(['developers'])).toMatch(/^Hello/)
    expect(await greeting(['visitors'])).toContain('403')
  })

  test('lives on when a stranger resets the connection while their tokens are verified', async () => {
    alb.rotateKeys()
    alb.setFault('keys_slow')
    const socket = await upgrade()
    await sleep(500)
    socket.resetAndDestroy()
    await sleep(500)
    alb.setFault(undefined)
    expect(await greeting(['visitors'])).toContain('403')
  })

  test('lives on when somebody sends what is no WebSocket frame', async () => {
    const socket = await upgrade()
    socket.once('data', () => socket.write(Buffer.alloc(16, 0xff)))
    await once(socket, 'close')
    expect(await greeting(['developers'])).toMatch(/^Hello/)
  })
})
