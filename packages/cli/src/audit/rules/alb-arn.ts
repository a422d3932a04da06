/**
 * Tasks that are told to trust another load balancer than the one in front of them.
 *
 * @module
 */

import type { Container, Infrastructure, LoadBalancer, Task } from '../infrastructure.js'
import { authenticatesFully, type Paths } from '../paths.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { identityOf, isAbsent, PartialText, stringOf, text, Unknown, type Value } from '../value.js'

const ARN_VARIABLES = ['COGNITO_AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARNS']
/** With it an app may go without a load balancer's signature. */
const BEARER = 'COGNITO_AUTH_BEARER_CLIENT_IDS'

/** Load balancers in front of a task; `undefined` where some service or listener of it is unknown. */
function loadBalancersOf(task: Task, { workloads }: Infrastructure, paths: Paths): LoadBalancer[] | undefined {
  const services = workloads.filter(({ task: used }) => used instanceof Unknown && used.resource === task.id)
  const targets = services.flatMap(({ targetGroups }) => targetGroups.map(identityOf))
  const routes = services.length === 0 ? certain(paths) : targets.flatMap((one) => paths.routesTo(one ?? ''))
  const found = routes.map((route) => paths.loadBalancerOf(route))
  if (found.length === 0 || found.includes(undefined)) return undefined
  return [...new Set(found.filter((one) => one !== undefined))]
}

/** A task that no service of this file runs may stand behind any load balancer that authenticates. */
function certain(paths: Paths): Paths['routes'] {
  return paths.routes.filter((route) => authenticatesFully(route) === true)
}

/** Entries of a list in a variable. */
function arnsOf(value: Value): readonly Value[] {
  const parts = value instanceof PartialText ? value.parts : [value]
  const lists: Value[][] = [[]]
  for (const part of parts) {
    const [first = '', ...others] = typeof part === 'string' ? part.split(',') : [part]
    lists.at(-1)?.push(first)
    lists.push(...others.map((other) => [other]))
  }
  return lists
    .map((list) => list.map((one) => (typeof one === 'string' ? one.trim() : one)).filter((one) => one !== ''))
    .filter((list) => list.length > 0)
    .map((list) => text(list))
}

/** Whether an ARN is that of one of the load balancers; `undefined` where that is unknown. */
function isOneOf(arn: Value, own: readonly LoadBalancer[], infrastructure: Infrastructure): boolean | undefined {
  const identity = identityOf(arn)
  if (identity !== undefined && own.some(({ id }) => id === identity)) return true
  if (arn instanceof Unknown) {
    // Another resource of this file: another load balancer, or its name, a listener, a target group.
    const isElse = everything(infrastructure).some(({ id }) => id === arn.resource)
    return isElse ? false : undefined
  }
  const written = stringOf(arn)
  if (written === undefined) return undefined
  const parts = ARN.exec(written)?.groups
  if (parts === undefined) return false
  const answers = own.map((one) => hasName(one, parts['name'] ?? '', parts['id'] === '*'))
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? undefined : false
}

const ARN = /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/app\/(?<name>[\w-]+)\/(?<id>\w+|\*)$/

/**
 * Whether an ARN that is written out can be that of a load balancer which this file makes: by its name, since its id is
 * known only afterwards. CloudFormation makes names up of the stack's, the logical id and random letters.
 */
function hasName({ ownName, name }: LoadBalancer, written: string, hasAnyId: boolean): boolean | undefined {
  const known = stringOf(ownName)
  if (known !== undefined) return known === written ? hasAnyId || undefined : false
  if (!isAbsent(ownName)) return undefined
  const logicalId = name.slice(name.lastIndexOf('/') + 1)
  const isMadeUp = /-[A-Z0-9]{8,}$/.test(written) && written.includes(`-${logicalId.slice(0, 3)}`)
  return isMadeUp ? undefined : false
}

function everything({ loadBalancers, listeners, targetGroups, rules }: Infrastructure) {
  return [...loadBalancers, ...listeners, ...targetGroups, ...rules]
}

function variable({ variables = [] }: Container, name: string): Value {
  return variables.find((one) => one.name === name)?.value ?? null
}

type Problem = 'missing' | 'other' | 'unchecked' | undefined

function problemOf(container: Container, own: readonly LoadBalancer[] | undefined, all: Infrastructure): Problem {
  if (container.variables === undefined) return 'unchecked'
  const names = container.variables.map(({ name }) => stringOf(name))
  if (!names.some((name) => name?.startsWith('COGNITO_AUTH_') === true)) return undefined
  const values = ARN_VARIABLES.map((name) => variable(container, name)).filter((value) => !isAbsent(value))
  const arns = values.flatMap(arnsOf)
  if (arns.length === 0) {
    if (container.hasFiles || names.includes(undefined)) return 'unchecked'
    return names.includes(BEARER) ? undefined : 'missing'
  }
  if (own === undefined) return 'unchecked'
  const answers = arns.map((arn) => isOneOf(arn, own, all))
  if (answers.includes(true)) return undefined
  return answers.includes(undefined) ? 'unchecked' : 'other'
}

const WHY = {
  missing:
    'A container of this task has COGNITO_AUTH_ variables but no COGNITO_AUTH_ALB_ARN: the app does not start, or is told to trust any load balancer in its code',
  other:
    'COGNITO_AUTH_ALB_ARN of this task is not the ARN of the load balancer in front of it: the app rejects every request, or trusts another load balancer',
}

function check(task: Task, infrastructure: Infrastructure, paths: Paths): Verdict[] {
  if (task.containers === undefined) return [unchecked(task)]
  const own = loadBalancersOf(task, infrastructure, paths)
  const problems = task.containers.map((container) => problemOf(container, own, infrastructure))
  const problem = (['missing', 'other', 'unchecked'] as const).find((one) => problems.includes(one))
  if (problem === undefined) return []
  return [problem === 'unchecked' ? unchecked(task) : found(task, WHY[problem])]
}

export const albArn: Rule = {
  name: 'alb-arn',
  summary: "A task's COGNITO_AUTH_ALB_ARN is missing, or another load balancer's",
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding',
  fix: {
    cloudformation:
      'CDK: COGNITO_AUTH_ALB_ARN: alb.loadBalancerArn in the environment of the container. CloudFormation: { Name: COGNITO_AUTH_ALB_ARN, Value: { Ref: the load balancer } }',
    terraform: '`{ name = "COGNITO_AUTH_ALB_ARN", value = aws_lb.….arn }` in `environment` of the container',
  },
  check: (infrastructure, paths) => infrastructure.tasks.flatMap((task) => check(task, infrastructure, paths)),
}
