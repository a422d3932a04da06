/**
 * The resources of a Terraform plan, as they will be once it is applied.
 *
 * @see {@link https://developer.hashicorp.com/terraform/internals/json-format JSON output format}
 * @module
 */

import { entries, isJsonRecord, type Json, type JsonRecord, member, textOf } from '../json-file.js'

/** A resource that will be there. */
export interface PlannedResource {
  /** `module.app.aws_lb.main[0]`. */
  readonly address: string
  /** `module.app`; `''` for the root. */
  readonly moduleAddress: string
  readonly type: string
  readonly name: string
  /** Of `count` or `for_each`; `undefined` without. */
  readonly index: Json | undefined
  readonly values: Json
  /** `true` where a value is known only after apply, in the shape of `values`; `undefined` where the plan does not say. */
  readonly unknown: Json | undefined
}

function resourceOf(
  json: Json,
  moduleAddress: string,
  values: Json,
  unknown: Json | undefined,
): PlannedResource | undefined {
  const [address, type, name] = ['address', 'type', 'name'].map((one) => member(json, one))
  if (typeof address !== 'string' || typeof type !== 'string' || typeof name !== 'string') return undefined
  if (member(json, 'mode') === 'data') return undefined
  return { address, moduleAddress, type, name, index: member(json, 'index'), values, unknown }
}

function plannedIn(module: Json | undefined, moduleAddress = ''): PlannedResource[] {
  const own = entries(member(module, 'resources')).map((one) =>
    resourceOf(one, moduleAddress, member(one, 'values') ?? {}, undefined),
  )
  const children = entries(member(module, 'child_modules')).flatMap((child) =>
    plannedIn(child, textOf(member(child, 'address'))),
  )
  return [...own.filter((one) => one !== undefined), ...children]
}

/** Actions after which the resource is not there, or not Terraform's any more. */
function isGone(change: Json | undefined): boolean {
  const actions = entries(member(change, 'actions'))
  return actions.length > 0 && actions.every((action) => action === 'delete' || action === 'forget')
}

/** What will be there: planned values, with what the changes know about values that come after apply. */
export function plannedResources(plan: JsonRecord): PlannedResource[] {
  const planned = member(plan, 'planned_values') ?? member(plan, 'values')
  const found = new Map(plannedIn(member(planned, 'root_module')).map((one) => [one.address, one]))
  for (const json of entries(member(plan, 'resource_changes'))) {
    const change = member(json, 'change')
    const address = textOf(member(json, 'address'))
    if (isGone(change)) {
      found.delete(address)
      continue
    }
    const moduleAddress = member(json, 'module_address')
    const changed = resourceOf(
      json,
      typeof moduleAddress === 'string' ? moduleAddress : '',
      member(change, 'after') ?? found.get(address)?.values ?? {},
      member(change, 'after_unknown'),
    )
    if (changed !== undefined) found.set(address, changed)
  }
  return [...found.values()]
}

/** Names of the modules on the way: `module.a["x"].module.b` is `a`, `b`. */
function modulePath(moduleAddress: string): string[] {
  return [...moduleAddress.matchAll(/(?:^|\.)module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g)].map(
    ([, name = '']) => name,
  )
}

/** What was written in the configuration of a module. */
export function configurationOf(plan: JsonRecord, moduleAddress: string): Json | undefined {
  let module = member(member(plan, 'configuration'), 'root_module')
  for (const name of modulePath(moduleAddress)) {
    module = member(member(member(module, 'module_calls'), name), 'module')
  }
  return module
}

/** The expressions of a resource, by the names of its arguments. */
export function expressionsOf(plan: JsonRecord, { moduleAddress, type, name }: PlannedResource): Json | undefined {
  const resources = entries(member(configurationOf(plan, moduleAddress), 'resources'))
  const found = resources.find((one) => member(one, 'type') === type && member(one, 'name') === name)
  return member(found, 'expressions')
}

/** Whether a file looks like the output of `terraform show -json`. */
export function isPlan(json: Json): json is JsonRecord {
  const planned = member(json, 'planned_values') ?? member(json, 'values')
  return isJsonRecord(member(planned, 'root_module')) || entries(member(json, 'resource_changes')).length > 0
}
