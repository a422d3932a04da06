/**
 * What is audited: the resources that requests pass on their way to an app, whichever tool wrote them down.
 *
 * @module
 */

import type { Value } from './value.js'

/** Which tool the fixes are written for. */
export type Tool = 'cloudformation' | 'terraform'

/** What every resource has. */
export interface Resource {
  /** As its user knows it: the logical id, or the Terraform address. */
  readonly name: string
  /** What a mention of its ARN or id has as identity. */
  readonly id: string
  /** The file that it is in. */
  readonly file: string
  /** Whether it exists depends on something unknown: what it does is then no finding. */
  readonly isConditional: boolean
}

export interface LoadBalancer extends Resource {
  /** As its ARN has it; `null` where CloudFormation makes one up. */
  readonly ownName: Value
  readonly securityGroups: Value
  /** `routing.http.drop_invalid_header_fields.enabled`; `null` where it is not set. */
  readonly dropsInvalidHeaders: Value
}

/** One step of a listener or a rule. */
export interface Action {
  /** `forward`, `authenticate-cognito`, `jwt-validation`, … */
  readonly type: Value
  /** ARNs; a list, or unknown. */
  readonly targetGroups: Value
  /** The Cognito app client of `authenticate-cognito`. */
  readonly client: Value
  readonly onUnauthenticatedRequest: Value
  /** Claims that `jwt-validation` checks beside the standard ones; a list. */
  readonly claims: Value
}

/** Something with actions: a listener, or a rule of one. */
export interface Route extends Resource {
  /** `undefined` where the whole list is unknown. */
  readonly actions: readonly Action[] | undefined
}

export interface Listener extends Route {
  readonly loadBalancer: Value
  readonly protocol: Value
}

export interface ListenerRule extends Route {
  readonly listener: Value
  readonly priority: Value
  /** All must hold. `undefined` where the whole list is unknown. */
  readonly conditions: readonly Condition[] | undefined
}

/** One condition of a rule. */
export interface Condition {
  /** `other`: the address or a header of the client, which nothing here knows. */
  readonly field: 'host-header' | 'path-pattern' | 'http-request-method' | 'query-string' | 'other'
  /** Any of these; a list. */
  readonly values: Value
}

export interface TargetGroup extends Resource {
  readonly port: Value
}

export interface SecurityGroup extends Resource {
  readonly ingress: readonly Ingress[] | undefined
}

/** One rule of a security group. */
export interface Ingress {
  /** Name of the resource that it is written in. */
  readonly writtenIn: string
  readonly isConditional: boolean
  readonly protocol: Value
  readonly fromPort: Value
  readonly toPort: Value
  /** Security groups that it allows. */
  readonly groups: readonly Value[]
  /** Address ranges, prefix lists, and whatever else it allows. */
  readonly others: readonly Value[]
}

/** A security group rule that is a resource of its own. */
export interface SeparateIngress extends Resource {
  readonly group: Value
  readonly rule: Ingress
}

/** What a target group leads to: an ECS service, an instance, an auto scaling group. */
export interface Workload extends Resource {
  readonly targetGroups: readonly Value[]
  readonly ports: readonly Value[]
  readonly securityGroups: Value
  /** The task definition of an ECS service. */
  readonly task: Value
}

/** A permission to invoke a function. */
export interface Permission extends Resource {
  readonly principal: Value
  readonly sourceArn: Value
}

/** An app client of a user pool. */
export interface Client extends Resource {
  readonly generatesSecret: Value
  readonly callbackUrls: Value
  readonly logoutUrls: Value
  readonly accessTokenValidity: Value
  /** `seconds`, `minutes`, `hours`, `days`; hours where it is not set. */
  readonly accessTokenUnit: Value
}

/** A task definition. */
export interface Task extends Resource {
  readonly containers: readonly Container[] | undefined
}

/** One container's environment. */
export interface Container {
  /** Variables and their values; a value from a secret is unknown. `undefined` where the whole list is unknown. */
  readonly variables: readonly { readonly name: Value; readonly value: Value }[] | undefined
  /** Whether variables also come from files. */
  readonly hasFiles: boolean
}

export interface Infrastructure {
  readonly tool: Tool
  readonly loadBalancers: readonly LoadBalancer[]
  readonly listeners: readonly Listener[]
  readonly rules: readonly ListenerRule[]
  readonly targetGroups: readonly TargetGroup[]
  readonly securityGroups: readonly SecurityGroup[]
  readonly ingress: readonly SeparateIngress[]
  readonly workloads: readonly Workload[]
  readonly permissions: readonly Permission[]
  readonly clients: readonly Client[]
  readonly tasks: readonly Task[]
  /** Parts of the file that could not be read at all: macros, loops, nested templates that are elsewhere. */
  readonly unreadParts: number
}
