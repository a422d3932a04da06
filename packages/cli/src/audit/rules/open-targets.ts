/**
 * Security groups that let requests reach the app past the load balancer.
 *
 * @module
 */

import type { Infrastructure, Ingress, Resource, SecurityGroup, Workload } from '../infrastructure.js'
import type { Paths } from '../paths.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { entriesOf, identityOf, numberOf, stringOf, Unknown, type Value } from '../value.js'

/** Ports on which the app listens, as far as they are known. */
function portsOf({ ports }: Workload, targets: readonly string[], { targetGroups }: Infrastructure): number[] {
  const own = targetGroups.filter(({ id }) => targets.includes(id)).map(({ port }) => port)
  return [...ports, ...own].map(numberOf).filter((port) => port !== undefined)
}

/** Whether a rule opens a port of the app: SSH from a bastion leads to no app. Where it is not known, it may. */
function concerns({ protocol, fromPort, toPort }: Ingress, ports: readonly number[]): boolean {
  const name = stringOf(protocol)?.toLowerCase() ?? String(numberOf(protocol) ?? '')
  if (!['', '-1', 'all', 'tcp', '6'].includes(name)) return false
  const [from, to] = [numberOf(fromPort), numberOf(toPort)]
  if (name === '-1' || name === 'all' || ports.length === 0 || from === undefined || to === undefined) return true
  // An instance of a container service may be reached at any port of the range that Docker takes.
  return ports.some((port) => port === 0 || (from <= port && port <= to))
}

/** Security groups of the load balancers that lead to these targets; `undefined` where some are unknown. */
function allowedGroups(targets: readonly string[], paths: Paths): ReadonlySet<string> | undefined {
  const routes = targets.flatMap((target) => paths.routesTo(target))
  const groups = routes.flatMap((route): readonly (Value | undefined)[] => {
    const loadBalancer = paths.loadBalancerOf(route)
    return loadBalancer === undefined ? [undefined] : (entriesOf(loadBalancer.securityGroups) ?? [undefined])
  })
  const identities = groups.map((group) => (group === undefined ? undefined : identityOf(group)))
  return identities.includes(undefined) ? undefined : new Set(identities.filter((one) => one !== undefined))
}

type Answer = boolean | undefined

/** Whether a source is more than the load balancer; `undefined` where that is unknown. */
function isMore(rule: Ingress, allowed: ReadonlySet<string> | undefined, groups: readonly SecurityGroup[]): Answer {
  const answers = [
    ...rule.others.map((source): Answer => (isDecided(source) ? true : undefined)),
    ...rule.groups.map((source): Answer => {
      const identity = identityOf(source)
      if (identity !== undefined && allowed?.has(identity) === true) return false
      if (allowed === undefined || identity === undefined) return undefined
      return typeof source === 'string' || groups.some(({ id }) => id === identity) ? true : undefined
    }),
  ]
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? undefined : false
}

/** Written out, or the attribute of a resource, such as the address range of a VPC: no security group, whatever it is. */
function isDecided(source: Value): boolean {
  return !(source instanceof Unknown) || source.resource !== undefined
}

function check(workload: Workload, infrastructure: Infrastructure, paths: Paths): Verdict[] {
  const targets = workload.targetGroups
    .map(identityOf)
    .filter((target): target is string => target !== undefined && paths.authenticated.has(target))
  if (targets.length === 0) return []
  const groups = entriesOf(workload.securityGroups)
  if (groups === undefined) return [unchecked(workload)]
  const ports = portsOf(workload, targets, infrastructure)
  const allowed = allowedGroups(targets, paths)
  return groups.flatMap((group) => checkGroup(group, { workload, ports, allowed, infrastructure }))
}

interface Context {
  readonly workload: Workload
  readonly ports: readonly number[]
  readonly allowed: ReadonlySet<string> | undefined
  readonly infrastructure: Infrastructure
}

function checkGroup(group: Value, { workload, ports, allowed, infrastructure }: Context): Verdict[] {
  const identity = identityOf(group)
  const own = infrastructure.securityGroups.find(({ id }) => id === identity)
  const separate = infrastructure.ingress.filter((one) => identity !== undefined && identityOf(one.group) === identity)
  const rules: readonly (readonly [Ingress, Resource])[] = [
    ...(own?.ingress ?? []).map((rule) => [rule, own ?? workload] as const),
    ...separate.map((one) => [one.rule, own ?? one] as const),
  ]
  const concerning = rules.filter(([rule]) => concerns(rule, ports))
  const isUnknown = own === undefined ? typeof group !== 'string' : own.ingress === undefined
  const open = concerning.find(([rule]) => isMore(rule, allowed, infrastructure.securityGroups) === true)
  if (open === undefined) {
    const mayBe = concerning.some(([rule]) => isMore(rule, allowed, infrastructure.securityGroups) === undefined)
    return mayBe || isUnknown ? [unchecked(own ?? workload)] : []
  }
  const [rule, resource] = open
  const where = rule.writtenIn === resource.name ? '' : ` (by ${rule.writtenIn})`
  const why = `The security group of the targets of ${workload.name} allows more than the security group of its load balancer${where}: requests can reach the app past the sign-in`
  return [found(resource, why, workload, { ...resource, isConditional: rule.isConditional })]
}

/** One finding for a group that several services have. */
function unique(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(
    ({ resource, outcome }, index) =>
      verdicts.findIndex((one) => one.resource.id === resource.id && one.outcome === outcome) === index,
  )
}

export const openTargets: Rule = {
  name: 'open-targets',
  summary: 'A security group of the targets allows more than the load balancer',
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html',
  fix: {
    cloudformation:
      "CDK: give the service no security group of your own making, or allow only the load balancer: service.connections.allowFrom(alb, Port.tcp(…)). CloudFormation: one ingress rule whose SourceSecurityGroupId is the load balancer's group",
    terraform:
      "One ingress rule whose `security_groups` (or `referenced_security_group_id`) is the load balancer's group, and no address ranges",
  },
  check: (infrastructure, paths) =>
    unique(infrastructure.workloads.flatMap((workload) => check(workload, infrastructure, paths))),
}
