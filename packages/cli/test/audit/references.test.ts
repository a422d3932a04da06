/** Terraform's ways of naming a resource whose ARN is known only after apply. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { audit } from '../../src/audit/audit.js'

interface Change {
  readonly address: string
  readonly index?: string | number
  readonly module_address?: string
  readonly after: object
  readonly unknown: object
}

/** A target group that a rule authenticates for, and a rule that leads to it by some references. */
function plan(targets: readonly Change[], open: Change, modules: object, references: readonly string[]): object {
  const signedIn: Change = {
    address: 'aws_lb_listener_rule.signed_in',
    after: { action: [{ type: 'authenticate-oidc' }, { type: 'forward' }] },
    unknown: { action: [{}, { target_group_arn: true }] },
  }
  const typed = (one: Change): object => {
    const [type, name] = one.address
      .replace(/\[[^\]]*\]$/, '')
      .split('.')
      .slice(-2)
    const { after, unknown, ...rest } = one
    return { ...rest, mode: 'managed', type, name, change: { actions: ['create'], after, after_unknown: unknown } }
  }
  const rule = (name: string, expressions: readonly object[]): object => ({
    type: 'aws_lb_listener_rule',
    name,
    expressions: { action: expressions },
  })
  const inModule = open.module_address !== undefined
  const openRule = rule('open', [{ target_group_arn: { references } }])
  return {
    planned_values: { root_module: {} },
    resource_changes: [...targets, signedIn, open].map(typed),
    configuration: {
      root_module: {
        resources: [
          rule('signed_in', [{}, { target_group_arn: { references: [`${targets[0]?.address}.arn`] } }]),
          ...(inModule ? [] : [openRule]),
        ],
        module_calls: inModule
          ? { app: { expressions: modules, module: { resources: [openRule] } } }
          : (modules as Record<string, object>),
      },
    },
  }
}

const target = (address: string, index?: string | number): Change => ({
  address,
  ...(index === undefined ? {} : { index }),
  after: {},
  unknown: { arn: true },
})
const open = (more: Partial<Change> = {}): Change => ({
  address: 'aws_lb_listener_rule.open',
  after: { action: [{ type: 'forward' }] },
  unknown: { action: [{ target_group_arn: true }] },
  ...more,
})
const GROUP = 'aws_lb_target_group.app'

test.each<[string, readonly Change[], Change, object, readonly string[], { found: number; unchecked: number }]>([
  ['an attribute', [target(GROUP)], open(), {}, [`${GROUP}.arn`, GROUP], { found: 1, unchecked: 0 }],
  ['its id', [target(GROUP)], open(), {}, [`${GROUP}.id`, GROUP], { found: 1, unchecked: 0 }],
  [
    'count',
    [target(`${GROUP}[0]`, 0)],
    open(),
    {},
    [`${GROUP}[0].arn`, `${GROUP}[0]`, GROUP],
    { found: 1, unchecked: 0 },
  ],
  [
    'another of count',
    [target(`${GROUP}[0]`, 0), target(`${GROUP}[1]`, 1)],
    open(),
    {},
    [`${GROUP}[1].arn`, `${GROUP}[1]`, GROUP],
    { found: 0, unchecked: 0 },
  ],
  [
    'for_each, by the key of the rule',
    [target(`${GROUP}["a"]`, 'a'), target(`${GROUP}["b"]`, 'b')],
    open({ address: 'aws_lb_listener_rule.open["a"]', index: 'a' }),
    {},
    [GROUP, 'each.key'],
    { found: 1, unchecked: 0 },
  ],
  [
    'a variable of a module',
    [target(GROUP)],
    open({ address: 'module.app.aws_lb_listener_rule.open', module_address: 'module.app' }),
    { target: { references: [`${GROUP}.arn`, GROUP] } },
    ['var.target'],
    { found: 1, unchecked: 0 },
  ],
  [
    'a variable of a module with for_each',
    [target(GROUP)],
    open({ address: 'module.app["x.y"].aws_lb_listener_rule.open', module_address: 'module.app["x.y"]' }),
    { target: { references: [`${GROUP}.arn`, GROUP] } },
    ['var.target'],
    { found: 1, unchecked: 0 },
  ],
  ['a local value', [target(GROUP)], open(), {}, ['local.target'], { found: 0, unchecked: 1 }],
  ['a variable of the root', [target(GROUP)], open(), {}, ['var.target'], { found: 0, unchecked: 1 }],
  [
    'one of two, as a condition chooses',
    [target(GROUP), target('aws_lb_target_group.other')],
    open(),
    {},
    [`${GROUP}.arn`, GROUP, 'aws_lb_target_group.other.arn', 'aws_lb_target_group.other'],
    { found: 0, unchecked: 1 },
  ],
])('%s', (_, targets, rule, modules, references, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'plan.json')
  writeFileSync(file, JSON.stringify(plan(targets, rule, modules, references)))
  const { findings, unchecked } = audit(file)
  expect({ found: findings.filter((one) => one.rule === 'open-path').length, unchecked }).toEqual(expected)
})
