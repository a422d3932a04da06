/** One sound template, and what changes one thing of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { audit } from '../../src/audit/audit.js'
import { pathOf } from './templates.js'

/* What a template is made of has no type of its own. */
interface Loose {
  [member: string]: Loose
}

export const ELB = 'AWS::ElasticLoadBalancingV2'
export const folder = mkdtempSync(join(tmpdir(), 'audit-'))
afterAll(() => rmSync(folder, { recursive: true }))

export function sound(): Loose {
  return JSON.parse(readFileSync(pathOf('fargate.template.json'), 'utf8')) as Loose
}

/** Puts a value at the end of a path of members. */
function set(template: Loose, path: string, value: unknown): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const parent = steps.reduce<Loose>((found, step) => found[step] ?? {}, template)
  if (value === undefined) delete parent[last]
  else parent[last] = value as Loose
}

interface Outcome {
  readonly found: string[]
  readonly unchecked: number
}

export function auditOf(template: unknown): Outcome {
  const file = join(folder, 'changed.template.json')
  writeFileSync(file, JSON.stringify(template))
  const { findings, unchecked } = audit(file)
  return { found: findings.map(({ rule, resource }) => `${rule}:${resource}`), unchecked }
}

export function changed(changes: Record<string, unknown>): Outcome {
  const template = sound()
  for (const [path, value] of Object.entries(changes)) set(template, path, value)
  return auditOf(template)
}

export const forward = { Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }
export const rule = (actions: unknown, more: object = {}): object => ({
  Type: `${ELB}::ListenerRule`,
  Properties: {
    Actions: actions,
    Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
    ListenerArn: { Ref: 'Https' },
    Priority: 1,
    ...more,
  },
})
export const CLIENT = 'Resources.Client.Properties'
export const callback = (url: unknown): Record<string, unknown> => ({ [`${CLIENT}.CallbackURLs`]: [url] })
export const logout = (url: unknown): Record<string, unknown> => ({ [`${CLIENT}.LogoutURLs`]: [url] })
export const ingress = (rule: object): Record<string, unknown> => ({
  'Resources.ServiceSecurityGroup.Properties.SecurityGroupIngress': [
    { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, ...rule },
  ],
})
export const environment = (...variables: readonly object[]): Record<string, unknown> => ({
  'Resources.Task.Properties.ContainerDefinitions.0.Environment': variables,
})
export const albNamed = (name: string, id = '0123456789abcdef'): string =>
  `arn:aws:elasticloadbalancing:eu-west-2:111122223333:loadbalancer/app/${name}/${id}`
export const parameter = (name: string): Record<string, unknown> => ({
  [`Parameters.${name}`]: { Type: 'String', Default: 'x' },
})
