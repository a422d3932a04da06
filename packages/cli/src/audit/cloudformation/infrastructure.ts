/**
 * What a CloudFormation template, with those nested in it, says about the way to an app.
 *
 * @see {@link https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html Resource types}
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
  Task,
  Workload,
} from '../infrastructure.js'
import { isJsonRecord, type Json, type JsonRecord, member, members } from '../json-file.js'
import { at, entriesOf, isAbsent, stringOf, Unknown, type Value } from '../value.js'
import { Evaluator } from './intrinsics.js'
import { allStacks, type Stack } from './stack.js'

/** A resource with its properties evaluated. */
interface Evaluated extends Resource {
  readonly type: string
  readonly properties: Value
}

const ELB = 'AWS::ElasticLoadBalancingV2'

/** A logical id that is in several of the templates says where: `Nested/Rule`. */
function namesOf(stack: Stack): (path: string, logicalId: string) => string {
  const counts = new Map<string, number>()
  for (const { template } of allStacks(stack)) {
    for (const [id] of members(member(template, 'Resources'))) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return (path, id) => ((counts.get(id) ?? 0) > 1 ? path + id : id)
}

/** Whether a stack, or a resource, is there: `undefined` where a condition is unknown. */
function isThere(evaluator: Evaluator, resource: Json | undefined): boolean | undefined {
  const condition = member(resource, 'Condition')
  return typeof condition === 'string' ? evaluator.holds(condition) : true
}

function evaluatedResources(root: Stack): Evaluated[] {
  const nameOf = namesOf(root)
  const evaluators = new Evaluator(root).all()
  const presence = new Map<Stack, boolean | undefined>()
  return evaluators.flatMap(([stack, evaluator]) => {
    const above = stack.parent
    const own = evaluators.find(([one]) => one === above)?.[1]
    const nestedIn = member(member(above?.template, 'Resources'), stack.logicalId)
    const isStackThere =
      above === undefined || own === undefined ? true : both(presence.get(above), isThere(own, nestedIn))
    presence.set(stack, isStackThere)
    return members(member(stack.template, 'Resources')).flatMap(([id, resource]): Evaluated[] => {
      const there = both(isStackThere, isThere(evaluator, resource))
      const type = member(resource, 'Type')
      if (there === false || typeof type !== 'string') return []
      const identity = { name: nameOf(stack.path, id), id: stack.path + id, file: stack.file }
      return [{ ...identity, type, isConditional: there === undefined, properties: evaluator.properties(resource) }]
    })
  })
}

function both(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false
  return one === undefined || other === undefined ? undefined : true
}

/** An attribute of a list of keys and values. Unknown where an entry is unknown that may be it. */
function attribute(attributes: Value, key: string): Value {
  const entries = entriesOf(attributes)
  if (entries === undefined) return new Unknown()
  const found = entries.find((entry) => at(entry, 'Key') === key)
  if (found !== undefined) return at(found, 'Value')
  return entries.some((entry) => stringOf(at(entry, 'Key')) === undefined) ? new Unknown() : null
}

/** `TargetGroupArn`, or the list of a weighted forward. */
function targetGroupsOf(action: Value): Value {
  const single = at(action, 'TargetGroupArn')
  const groups = entriesOf(at(action, 'ForwardConfig', 'TargetGroups'))
  if (groups === undefined) return new Unknown()
  return [...(isAbsent(single) ? [] : [single]), ...groups.map((group) => at(group, 'TargetGroupArn'))]
}

/** The actions of a listener or rule, which are the same under two names. */
function routeOf(evaluated: Evaluated, actions: Value): Route {
  return {
    ...resourceOf(evaluated),
    actions: entriesOf(actions)?.map((action): Action => ({
      type: at(action, 'Type'),
      targetGroups: targetGroupsOf(action),
      client: at(action, 'AuthenticateCognitoConfig', 'UserPoolClientId'),
      onUnauthenticatedRequest: firstPresent(
        at(action, 'AuthenticateCognitoConfig', 'OnUnauthenticatedRequest'),
        at(action, 'AuthenticateOidcConfig', 'OnUnauthenticatedRequest'),
      ),
      claims: at(action, 'JwtValidationConfig', 'AdditionalClaims'),
    })),
  }
}

function firstPresent(...values: readonly Value[]): Value {
  return values.find((value) => !isAbsent(value)) ?? null
}

const FIELDS: ReadonlyMap<string, readonly [Condition['field'], string]> = new Map([
  ['host-header', ['host-header', 'HostHeaderConfig']],
  ['path-pattern', ['path-pattern', 'PathPatternConfig']],
  ['http-request-method', ['http-request-method', 'HttpRequestMethodConfig']],
  ['query-string', ['query-string', 'QueryStringConfig']],
])

function conditionOf(condition: Value): Condition {
  const field = stringOf(at(condition, 'Field'))
  // Regular expressions are the load balancer's own kind.
  const known = isAbsent(at(condition, 'RegexValues')) ? FIELDS.get(field ?? '') : undefined
  if (known === undefined) return { field: 'other', values: new Unknown() }
  const [name, config] = known
  return { field: name, values: firstPresent(at(condition, config, 'Values'), at(condition, 'Values')) }
}

function ingressOf(rule: Value, writtenIn: string, isConditional: boolean): Ingress {
  const others = ['CidrIp', 'CidrIpv6', 'SourcePrefixListId', 'SourceSecurityGroupName'].map((name) => at(rule, name))
  const group = at(rule, 'SourceSecurityGroupId')
  return {
    writtenIn,
    isConditional,
    protocol: at(rule, 'IpProtocol'),
    fromPort: at(rule, 'FromPort'),
    toPort: at(rule, 'ToPort'),
    groups: isAbsent(group) ? [] : [group],
    others: rule instanceof Unknown ? [new Unknown()] : others.filter((value) => !isAbsent(value)),
  }
}

function clientOf({ properties, ...resource }: Evaluated): Client {
  return {
    ...resource,
    generatesSecret: at(properties, 'GenerateSecret'),
    callbackUrls: at(properties, 'CallbackURLs'),
    logoutUrls: at(properties, 'LogoutURLs'),
    accessTokenValidity: at(properties, 'AccessTokenValidity'),
    accessTokenUnit: at(properties, 'TokenValidityUnits', 'AccessToken'),
  }
}

function containerOf(container: Value): Container {
  const plain = entriesOf(at(container, 'Environment'))
  const secret = entriesOf(at(container, 'Secrets'))
  return {
    variables:
      plain === undefined || secret === undefined
        ? undefined
        : [
            ...plain.map((one) => ({ name: at(one, 'Name'), value: at(one, 'Value') })),
            ...secret.map((one) => ({ name: at(one, 'Name'), value: new Unknown() })),
          ],
    hasFiles: !isAbsent(at(container, 'EnvironmentFiles')),
  }
}

function taskOf({ properties, ...resource }: Evaluated): Task {
  return { ...resource, containers: entriesOf(at(properties, 'ContainerDefinitions'))?.map(containerOf) }
}

function serviceOf({ properties, ...resource }: Evaluated): Workload {
  const loadBalancers = entriesOf(at(properties, 'LoadBalancers')) ?? []
  return {
    ...resource,
    targetGroups: loadBalancers.map((one) => at(one, 'TargetGroupArn')),
    ports: loadBalancers.map((one) => at(one, 'ContainerPort')),
    securityGroups: at(properties, 'NetworkConfiguration', 'AwsvpcConfiguration', 'SecurityGroups'),
    task: at(properties, 'TaskDefinition'),
  }
}

/** Where an instance or a launch template has its security groups: its own, or those of its first interface. */
function groupsOfInstance(properties: Value): Value {
  const own = firstPresent(at(properties, 'SecurityGroupIds'), at(properties, 'SecurityGroups'))
  const interfaces = at(properties, 'NetworkInterfaces', 0)
  return firstPresent(own, at(interfaces, 'GroupSet'), at(interfaces, 'Groups'))
}

/** Instances do not say whose targets they are: target groups list them, with ports. */
function instancesOf(all: readonly Evaluated[]): Workload[] {
  const targets = all
    .filter(({ type }) => type === `${ELB}::TargetGroup`)
    .flatMap(({ id, properties }) =>
      (entriesOf(at(properties, 'Targets')) ?? []).map((target) => ({
        group: new Unknown(id, id),
        id: at(target, 'Id'),
        port: at(target, 'Port'),
      })),
    )
  return all
    .filter(({ type }) => type === 'AWS::EC2::Instance')
    .map(({ properties, ...resource }) => {
      const own = targets.filter(({ id }) => id instanceof Unknown && id.resource === resource.id)
      return {
        ...resource,
        targetGroups: own.map(({ group }) => group),
        ports: own.map(({ port }) => port),
        securityGroups: groupsOfInstance(properties),
        task: null,
      }
    })
}

function scalingGroupsOf(all: readonly Evaluated[]): Workload[] {
  return all
    .filter(({ type }) => type === 'AWS::AutoScaling::AutoScalingGroup')
    .map(({ properties, ...resource }) => {
      const template = firstPresent(
        at(properties, 'LaunchTemplate', 'LaunchTemplateId'),
        at(properties, 'LaunchConfigurationName'),
      )
      const launched = all.find(({ id }) => template instanceof Unknown && template.resource === id)
      const data = launched === undefined ? new Unknown() : launched.properties
      return {
        ...resource,
        targetGroups: entriesOf(at(properties, 'TargetGroupARNs')) ?? [],
        ports: [],
        securityGroups: groupsOfInstance(firstPresent(at(data, 'LaunchTemplateData'), data)),
        task: null,
      }
    })
}

/** Without the members that only this reader needs. */
function resourceOf({ name, id, file, isConditional }: Evaluated): Resource {
  return { name, id, file, isConditional }
}

/** What the template, and those nested in it, deploy. */
export function cloudFormationInfrastructure(root: Stack): Infrastructure {
  const all = evaluatedResources(root)
  const of = (type: string): Evaluated[] => all.filter((resource) => resource.type === type)
  return {
    tool: 'cloudformation',
    loadBalancers: of(`${ELB}::LoadBalancer`)
      .filter(({ properties }) => !['network', 'gateway'].includes(stringOf(at(properties, 'Type')) ?? ''))
      .map((one) => ({
        ...resourceOf(one),
        ownName: at(one.properties, 'Name'),
        securityGroups: at(one.properties, 'SecurityGroups'),
        dropsInvalidHeaders: attribute(
          at(one.properties, 'LoadBalancerAttributes'),
          'routing.http.drop_invalid_header_fields.enabled',
        ),
      })),
    listeners: of(`${ELB}::Listener`).map((one) => ({
      ...routeOf(one, at(one.properties, 'DefaultActions')),
      loadBalancer: at(one.properties, 'LoadBalancerArn'),
      protocol: at(one.properties, 'Protocol'),
    })),
    rules: of(`${ELB}::ListenerRule`).map((one) => ({
      ...routeOf(one, at(one.properties, 'Actions')),
      listener: at(one.properties, 'ListenerArn'),
      priority: at(one.properties, 'Priority'),
      conditions: entriesOf(at(one.properties, 'Conditions'))?.map(conditionOf),
    })),
    targetGroups: of(`${ELB}::TargetGroup`).map((one) => ({ ...resourceOf(one), port: at(one.properties, 'Port') })),
    securityGroups: of('AWS::EC2::SecurityGroup').map((one) => ({
      ...resourceOf(one),
      ingress: entriesOf(at(one.properties, 'SecurityGroupIngress'))?.map((rule) => ingressOf(rule, one.name, false)),
    })),
    ingress: of('AWS::EC2::SecurityGroupIngress').map((one) => ({
      ...resourceOf(one),
      group: at(one.properties, 'GroupId'),
      rule: ingressOf(one.properties, one.name, one.isConditional),
    })),
    workloads: [...of('AWS::ECS::Service').map(serviceOf), ...instancesOf(all), ...scalingGroupsOf(all)],
    permissions: of('AWS::Lambda::Permission').map((one) => ({
      ...resourceOf(one),
      principal: at(one.properties, 'Principal'),
      sourceArn: at(one.properties, 'SourceArn'),
    })),
    clients: of('AWS::Cognito::UserPoolClient').map(clientOf),
    tasks: of('AWS::ECS::TaskDefinition').map(taskOf),
    unreadParts: allStacks(root).reduce((sum, { unreadParts }) => sum + unreadParts, 0),
  }
}

/** Whether a file looks like a template. */
export function isTemplate(json: Json): json is JsonRecord {
  return isJsonRecord(member(json, 'Resources'))
}
