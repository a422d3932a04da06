/**
 * Which resource's attribute an argument is, where its value is known only after apply.
 *
 * A plan says which references an expression has, not what the expression does with them: one that mentions a single
 * resource is taken as that resource's attribute, any other stays unknown.
 *
 * @module
 */

import { entries, isJsonRecord, type Json, type JsonRecord, member } from '../json-file.js'
import { Unknown } from '../value.js'
import { configurationOf, type PlannedResource } from './plan.js'

/**
 * Attributes that name the resource itself: mentions of any of them are the same. Of `aws_lb.main[each.key].arn` a plan
 * tells no attribute; what this command looks at wants an ARN or an id.
 */
const OWN_NAMES = ['arn', 'id', '']

const RESOURCE =
  /^(?<type>[a-z][\w-]*)\.(?<name>[\w-]+)(?<index>\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?(?:\.(?<attribute>.+))?$/
const OUTPUT = /^module\.(?<name>[\w-]+)(?<index>\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.(?<output>[\w-]+)/

/** Where an expression stands. */
export interface Scope {
  readonly moduleAddress: string
  /** Index of the resource or module that it is in, for `each.key` and `count.index`. */
  readonly index: Json | undefined
}

/** `aws_lb.main.arn` comes with `aws_lb.main`: only the longest of such is what is meant. */
function longest(references: readonly string[]): string[] {
  return references.filter(
    (one) => !references.some((other) => other.startsWith(`${one}.`) || other.startsWith(`${one}[`)),
  )
}

function isLoopVariable(reference: string): boolean {
  return /^(each|count|path|terraform|self)\./.test(reference)
}

/** The last index of an address: `"a"` of `module.app["a"]`. */
function indexOf(moduleAddress: string): Json | undefined {
  const text = /\[("(?:[^"\\]|\\.)*"|\d+)\]$/.exec(moduleAddress)?.[1]
  return text === undefined ? undefined : (JSON.parse(text) as Json)
}

/** Follows references through modules to resources of the plan. */
export class References {
  readonly #plan: JsonRecord
  readonly #resources: readonly PlannedResource[]

  constructor(plan: JsonRecord, resources: readonly PlannedResource[]) {
    this.#plan = plan
    this.#resources = resources
  }

  /** The value of an expression: one reference, several as candidates of a list, or simply unknown. */
  resolve(expression: Json | undefined, scope: Scope): Unknown {
    const references = entries(member(expression, 'references')).filter((one) => typeof one === 'string')
    const found = longest(references)
      .filter((one) => !isLoopVariable(one))
      .map((one) => this.#follow(one, scope))
    const [only = new Unknown(), ...others] = found
    if (others.length === 0) return only
    const all = found.flatMap((one) => one.candidates ?? [one])
    return all.every(({ identity }) => identity !== undefined) ? new Unknown(undefined, undefined, all) : new Unknown()
  }

  #follow(reference: string, scope: Scope): Unknown {
    if (reference.startsWith('var.')) return this.#variable(reference.slice('var.'.length), scope)
    if (reference.startsWith('module.')) return this.#output(reference, scope)
    // A data source that is read during apply: what it gives is the same wherever it is mentioned.
    if (reference.startsWith('data.')) return new Unknown(`${scope.moduleAddress} ${reference}`)
    if (reference.startsWith('local.')) return new Unknown()
    return this.#resource(reference, scope)
  }

  /** A module's variable is what its caller passes; the root's are known where they matter. */
  #variable(name: string, { moduleAddress }: Scope): Unknown {
    if (moduleAddress === '') return new Unknown(`var.${name}`)
    const [, parent = '', call = ''] =
      /^(?:(.*)\.)?module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?$/.exec(moduleAddress) ?? []
    const calls = member(configurationOf(this.#plan, parent), 'module_calls')
    const passed = member(member(member(calls, call), 'expressions'), name.split(/[.[]/, 1)[0] ?? '')
    // `var.app.arn` of a passed object could be any of what the object was made from.
    if (!isJsonRecord(passed) || /[.[]/.test(name)) return new Unknown()
    return this.resolve(passed, { moduleAddress: parent, index: indexOf(moduleAddress) })
  }

  #output(reference: string, { moduleAddress, index }: Scope): Unknown {
    const { name = '', index: at = '', output = '' } = OUTPUT.exec(reference)?.groups ?? {}
    const prefix = `${moduleAddress === '' ? '' : `${moduleAddress}.`}module.${name}`
    const own = `${prefix}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`
    const called = [...new Set(this.#resources.map((one) => one.moduleAddress))]
      .filter((address) => address === prefix + at || address.startsWith(`${prefix}${at}[`))
      .filter((address, _, all) => all.length === 1 || address === own)
    const [inside] = called
    const outputs = member(configurationOf(this.#plan, prefix), 'outputs')
    const expression = member(member(outputs, output), 'expression')
    if (called.length > 1 || expression === undefined) return new Unknown()
    return this.resolve(expression, { moduleAddress: inside ?? prefix, index: undefined })
  }

  #resource(reference: string, { moduleAddress, index }: Scope): Unknown {
    const { type, name, index: at, attribute = '' } = RESOURCE.exec(reference)?.groups ?? {}
    const all = this.#resources.filter(
      (one) => one.moduleAddress === moduleAddress && one.type === type && one.name === name,
    )
    const wanted = at === undefined ? index : (JSON.parse(at.slice(1, -1)) as Json)
    const exact = all.filter((one) => all.length === 1 || one.index === wanted)
    const named = at === undefined ? exact : all.filter((one) => one.index === wanted)
    if (named.length === 1 && named[0] !== undefined) return attributeOf(named[0], attribute)
    const candidates = all.map((one) => attributeOf(one, attribute.replace(/^\*\./, '')))
    return candidates.length === 0 ? new Unknown() : new Unknown(undefined, undefined, candidates)
  }
}

/** An attribute of a resource as a value: the same identity for each way of naming the resource itself. */
export function attributeOf({ address }: Pick<PlannedResource, 'address'>, attribute: string): Unknown {
  return new Unknown(OWN_NAMES.includes(attribute) ? address : `${address}.${attribute}`, address)
}
