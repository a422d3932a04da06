/** Snippets of pages that can do their work here do it: events become metrics and logs, a stack becomes a template. */
import { join } from 'node:path'
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
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
import { register } from 'prom-client'
import { beforeAll, expect, test } from 'vitest'
import { VARIABLE_NAMES } from '../../packages/core/src/config/environment.js'
import { blocksOf } from './blocks.js'
import { writeBlocks } from './files.js'
import { readPage } from './pages.js'

function written(page: string, name: string): string {
  return join(writeBlocks(page, blocksOf(readPage(page)), `_${name}`), `${name}.js`)
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
  for (const name of ['otel', 'prometheus', 'logging']) await import(written('docs/operations.md', name))
  await threeRequests()
  return () => reader.shutdown()
})

test('the OpenTelemetry snippet counts requests by outcome', async () => {
  await reader.forceFlush()
  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .filter(({ descriptor }) => descriptor.name === 'cognito_auth.requests')
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ ...attributes, value })))
  expect(points).toEqual(
    expect.arrayContaining([
      { outcome: 'authorised', value: 1 },
      { outcome: 'denied', value: 1 },
      { outcome: 'rejected', code: 'invalid_token', reason: 'signer', value: 1 },
    ]),
  )
})

test('the Prometheus snippet counts requests by outcome', async () => {
  const text = await register.metrics()
  expect(text).toContain('cognito_auth_requests_total{outcome="authorised"} 1')
  expect(text).toContain('cognito_auth_requests_total{outcome="denied"} 1')
  expect(text).toContain('cognito_auth_requests_total{outcome="rejected",code="invalid_token",reason="signer"} 1')
})

test('the CDK snippet makes a stack whose app is reached after a sign-in only', async () => {
  const { AppStack } = (await import(written('docs/deployment.md', 'stack'))) as {
    AppStack: new (scope: App, id: string, props: object) => Stack
  }
  const template = Template.fromStack(
    new AppStack(new App(), 'MyApp', {
      env: { account: '111122223333', region: 'eu-west-2' },
      host: 'app.example.com',
      certificateArn: 'arn:aws:acm:eu-west-2:111122223333:certificate/00000000-0000-0000-0000-000000000000',
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
  // No rule leads to the app without the authenticate action.
  for (const rule of Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule'))) {
    expect(rule['Properties'].Actions.map(({ Type }: { Type: string }) => Type)).toEqual(['fixed-response'])
  }
})
