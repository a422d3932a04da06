/**
 * What a Terraform plan says about the way to an app.
 *
 * @see {@link https://registry.terraform.io/providers/hashicorp/aws/latest/docs AWS provider}
 * @module
 */

import type {
  Action,
  Client,
  Condition,
  Container,
  Infrastructure,
  Ingress,
  Resource,
  Route,
  SecurityGroup,
  Task,
  Workload,
} from '../infrastructure.js'
import { entries, type Json, type JsonRecord, member } from '../json-file.js'
import {
  at,
  COMPUTED,
  entriesOf,
  identityOf,
  isAbsent,
  isList,
  record,
  stringOf,
  Unknown,
  type Value,
} from '../value.js'
import { expressionsOf, type PlannedResource, plannedResources } from './plan.js'
import { attributeOf, References } from './references.js'
import { ValueReader } from './values.js'

/** A resource with its values, unknown ones resolved as far as the configuration says. */
interface Read extends Resource {
  readonly type: string
  readonly values: Value
}

/** The provider has two names for these. */
const canonical = (type: string): string => type.replace(/^aws_alb(?=$|_)/, 'aws_lb')

/** Types whose ids are made by AWS. Of others an id may be any word, `app`, that stands elsewhere for something else. */
const WITH_OWN_IDS = [
  'aws_lb',
  'aws_lb_target_group',
  'aws_lb_listener',
  'aws_security_group',
  'aws_cognito_user_pool_client',
  'aws_instance',
  'aws_launch_template',
]

/** Resources that are there already have ARNs and ids; literal mentions of them are then known. */
function knownNames(resources: readonly PlannedResource[]): Map<string, Unknown> {
  return new Map(
    resources.flatMap((resource) =>
      (WITH_OWN_IDS.includes(canonical(resource.type)) ? ['arn', 'id'] : ['arn'])
        .map((name) => member(resource.values, name))
        .filter((value): value is string => typeof value === 'string' && value !== '')
        .map((value) => [value, attributeOf(resource, 'id')] as const),
    ),
  )
}

function readResources(plan: JsonRecord, file: string): Read[] {
  const planned = plannedResources(plan)
  const references = new References(plan, planned)
  const known = knownNames(planned)
  return planned.map((resource) => {
    const { address, moduleAddress, index, type, values, unknown } = resource
    const reader = new ValueReader(references, { moduleAddress, index }, known, unknown !== undefined)
    return {
      name: address,
      id: address,
      file,
      isConditional: false,
      type: canonical(type),
      values: reader.read(values, unknown, expressionsOf(plan, resource)),
    }
  })
}

function firstPresent(...values: readonly Value[]): Value {
  return values.find((value) => !isAbsent(value)) ?? null
}

function targetGroupsOf(action: Value): Value {
  const weighted = entriesOf(at(action, 'forward', 0, 'target_group'))
  if (weighted === undefined) return new Unknown()
  const groups = weighted.map((group) => at(group, 'arn'))
  const single = at(action, 'target_group_arn')
  // The provider writes a single target group in both places.
  return groups.length > 0 || isAbsent(single) ? groups : [single]
}

function routeOf(resource: Resource, actions: Value): Route {
  return {
    ...resource,
    actions: entriesOf(actions)?.map((action): Action => ({
      type: at(action, 'type'),
      targetGroups: targetGroupsOf(action),
      client: at(action, 'authenticate_cognito', 0, 'user_pool_client_id'),
      onUnauthenticatedRequest: firstPresent(
        at(action, 'authenticate_cognito', 0, 'on_unauthenticated_request'),
        at(action, 'authenticate_oidc', 0, 'on_unauthenticated_request'),
      ),
      claims: at(action, 'jwt_validation', 0, 'additional_claim'),
    })),
  }
}

const FIELDS: readonly (readonly [string, Condition['field']])[] = [
  ['host_header', 'host-header'],
  ['path_pattern', 'path-pattern'],
  ['http_request_method', 'http-request-method'],
  ['query_string', 'query-string'],
]

/** A block `condition` holds one kind, and all others empty. */
function conditionOf(condition: Value): Condition {
  for (const [name, field] of FIELDS) {
    const block = at(condition, name)
    if (isEmpty(block)) continue
    // The values of several query_string blocks are alternatives, as those of one are.
    if (field === 'query-string') return { field, values: block }
    // Regular expressions are the load balancer's own kind.
    const isRegex = !isEmpty(at(block, 0, 'regex_values'))
    return isRegex ? { field: 'other', values: new Unknown() } : { field, values: at(block, 0, 'values') }
  }
  return { field: 'other', values: new Unknown() }
}

function isEmpty(value: Value): boolean {
  return isAbsent(value) || (isList(value) && value.length === 0)
}

/** `ingress` of a security group, `aws_security_group_rule` and `aws_vpc_security_group_ingress_rule` say the same. */
function ingressOf(rule: Value, name: string, itself: Value): Ingress {
  const groups = [
    ...listOf(at(rule, 'security_groups')),
    ...listOf(at(rule, 'source_security_group_id')),
    ...listOf(at(rule, 'referenced_security_group_id')),
    ...(at(rule, 'self') === true ? [itself] : []),
  ]
  const others = [
    'cidr_blocks',
    'ipv6_cidr_blocks',
    'prefix_list_ids',
    'cidr_ipv4',
    'cidr_ipv6',
    'prefix_list_id',
  ].flatMap((field) => listOf(at(rule, field)))
  return {
    writtenIn: name,
    isConditional: false,
    protocol: firstPresent(at(rule, 'protocol'), at(rule, 'ip_protocol')),
    fromPort: at(rule, 'from_port'),
    toPort: at(rule, 'to_port'),
    groups,
    others: rule instanceof Unknown ? [new Unknown()] : others,
  }
}

/** Rules are written in the group or beside it, not both: where they are beside it, what the provider adds is those. */
function securityGroupOf(group: Read, separate: readonly Read[]): SecurityGroup {
  const ingress = at(group.values, 'ingress')
  const hasSeparate = separate.some(({ values }) => identityOf(at(values, 'security_group_id')) === group.id)
  if (ingress === COMPUTED && hasSeparate) return { ...resourceOf(group), ingress: [] }
  const itself = attributeOf({ address: group.id }, 'id')
  return {
    ...resourceOf(group),
    ingress: entriesOf(ingress)?.map((rule) => ingressOf(rule, group.name, itself)),
  }
}

/** A list that may be unknown as a whole, as one unknown entry. */
function listOf(value: Value): readonly Value[] {
  return entriesOf(value) ?? [value]
}

function clientOf({ values, ...resource }: Read): Client {
  return {
    ...resource,
    generatesSecret: at(values, 'generate_secret'),
    callbackUrls: at(values, 'callback_urls'),
    logoutUrls: at(values, 'logout_urls'),
    accessTokenValidity: at(values, 'access_token_validity'),
    accessTokenUnit: at(values, 'token_validity_units', 0, 'access_token'),
  }
}

/** JSON of `container_definitions` has no unknown parts: it is known whole, or not at all. */
function plain(json: Json): Value {
  if (Array.isArray(json)) return (json as readonly Json[]).map(plain)
  if (typeof json !== 'object' || json === null) return json as null | boolean | number | string
  return record(Object.entries(json).map(([name, value]) => [name, plain(value)] as const))
}

function containerDefinitions(value: Value): readonly Value[] | undefined {
  const source = stringOf(value)
  if (source === undefined) return undefined
  try {
    return entries(JSON.parse(source) as Json).map(plain)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function containerOf(container: Value, known: (arn: string) => Value): Container {
  const variables = [
    ...listOf(at(container, 'environment')).map((one) => {
      const value = at(one, 'value')
      return { name: at(one, 'name'), value: typeof value === 'string' ? known(value) : value }
    }),
    ...listOf(at(container, 'secrets')).map((one) => ({ name: at(one, 'name'), value: new Unknown() })),
  ]
  return { variables, hasFiles: !isEmpty(at(container, 'environmentFiles')) }
}

function taskOf({ values, ...resource }: Read, known: (arn: string) => Value): Task {
  const containers = containerDefinitions(at(values, 'container_definitions'))
  return { ...resource, containers: containers?.map((one) => containerOf(one, known)) }
}

function serviceOf({ values, ...resource }: Read): Workload {
  const loadBalancers = listOf(at(values, 'load_balancer'))
  return {
    ...resource,
    targetGroups: loadBalancers.map((one) => at(one, 'target_group_arn')),
    ports: loadBalancers.map((one) => at(one, 'container_port')),
    securityGroups: at(values, 'network_configuration', 0, 'security_groups'),
    task: at(values, 'task_definition'),
  }
}

function isOf(value: Value, { id }: Resource): boolean {
  return value instanceof Unknown && value.resource === id
}

/** Instances are attached to target groups, by resources of their own. */
function instancesOf(all: readonly Read[]): Workload[] {
  const attachments = all.filter(({ type }) => type === 'aws_lb_target_group_attachment')
  return all
    .filter(({ type }) => type === 'aws_instance')
    .map(({ values, ...resource }) => {
      const own = attachments.filter((one) => isOf(at(one.values, 'target_id'), resource))
      return {
        ...resource,
        targetGroups: own.map((one) => at(one.values, 'target_group_arn')),
        ports: own.map((one) => at(one.values, 'port')),
        securityGroups: at(values, 'vpc_security_group_ids'),
        task: null,
      }
    })
}

function scalingGroupsOf(all: readonly Read[]): Workload[] {
  const attachments = all.filter(({ type }) => type === 'aws_autoscaling_attachment')
  return all
    .filter(({ type }) => type === 'aws_autoscaling_group')
    .map(({ values, ...resource }) => {
      const template = at(values, 'launch_template', 0, 'id')
      const launched = all.find((one) => isOf(template, one))?.values ?? new Unknown()
      const attached = attachments.filter((one) => {
        const name = at(one.values, 'autoscaling_group_name')
        return isOf(name, resource) || (!isAbsent(name) && name === at(values, 'id'))
      })
      return {
        ...resource,
        targetGroups: [
          ...listOf(at(values, 'target_group_arns')),
          ...attached.map((one) => at(one.values, 'lb_target_group_arn')),
        ],
        ports: [],
        securityGroups: firstPresent(
          at(launched, 'vpc_security_group_ids'),
          at(launched, 'network_interfaces', 0, 'security_groups'),
        ),
        task: null,
      }
    })
}

function resourceOf({ name, id, file, isConditional }: Read): Resource {
  return { name, id, file, isConditional }
}

/** What the plan deploys. */
export function terraformInfrastructure(plan: JsonRecord, file: string): Infrastructure {
  const all = readResources(plan, file)
  const known = knownNames(plannedResources(plan))
  const of = (...types: string[]): Read[] => all.filter(({ type }) => types.includes(type))
  const separate = [
    ...of('aws_security_group_rule').filter(({ values }) => at(values, 'type') === 'ingress'),
    ...of('aws_vpc_security_group_ingress_rule'),
  ]
  return {
    tool: 'terraform',
    loadBalancers: of('aws_lb')
      .filter(({ values }) => !['network', 'gateway'].includes(stringOf(at(values, 'load_balancer_type')) ?? ''))
      .map((one) => ({
        ...resourceOf(one),
        ownName: at(one.values, 'name'),
        securityGroups: at(one.values, 'security_groups'),
        dropsInvalidHeaders: at(one.values, 'drop_invalid_header_fields'),
      })),
    listeners: of('aws_lb_listener').map((one) => ({
      ...routeOf(resourceOf(one), at(one.values, 'default_action')),
      loadBalancer: at(one.values, 'load_balancer_arn'),
      protocol: at(one.values, 'protocol'),
    })),
    rules: of('aws_lb_listener_rule').map((one) => ({
      ...routeOf(resourceOf(one), at(one.values, 'action')),
      listener: at(one.values, 'listener_arn'),
      priority: at(one.values, 'priority'),
      conditions: entriesOf(at(one.values, 'condition'))?.map(conditionOf),
    })),
    targetGroups: of('aws_lb_target_group').map((one) => ({ ...resourceOf(one), port: at(one.values, 'port') })),
    securityGroups: of('aws_security_group').map((one) => securityGroupOf(one, separate)),
    ingress: separate.map((one) => ({
      ...resourceOf(one),
      group: at(one.values, 'security_group_id'),
      rule: ingressOf(one.values, one.name, at(one.values, 'security_group_id')),
    })),
    workloads: [...of('aws_ecs_service').map(serviceOf), ...instancesOf(all), ...scalingGroupsOf(all)],
    permissions: of('aws_lambda_permission').map((one) => ({
      ...resourceOf(one),
      principal: at(one.values, 'principal'),
      sourceArn: at(one.values, 'source_arn'),
    })),
    clients: of('aws_cognito_user_pool_client').map(clientOf),
    tasks: of('aws_ecs_task_definition').map((one) => taskOf(one, (arn) => known.get(arn) ?? arn)),
    unreadParts: 0,
  }
}
