/**
 * Evaluates CloudFormation's intrinsic functions, as far as a template alone says what they give.
 *
 * @see {@link https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html Intrinsic functions}
 * @module
 */

import { entries, isJsonRecord, type Json, member, members, textOf } from '../json-file.js'
import { at, identityOf, isList, numberOf, record, text, Unknown, type Value } from '../value.js'
import type { Stack } from './stack.js'

/** Attributes that give the same as `Ref`, by type. */
const SAME_AS_REF: ReadonlyMap<string, readonly string[]> = new Map([
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', ['LoadBalancerArn']],
  ['AWS::ElasticLoadBalancingV2::TargetGroup', ['TargetGroupArn']],
  ['AWS::ElasticLoadBalancingV2::Listener', ['ListenerArn']],
  ['AWS::EC2::SecurityGroup', ['GroupId', 'Id']],
  ['AWS::Cognito::UserPoolClient', ['ClientId']],
  ['AWS::ECS::TaskDefinition', ['TaskDefinitionArn']],
])

/** `AWS::NoValue`: takes the member or entry away that it stands in. */
const NO_VALUE = Symbol('AWS::NoValue')
type Result = Value | typeof NO_VALUE

const valueOf = (result: Result): Value => (result === NO_VALUE ? null : result)

/** Evaluates what one template says. */
export class Evaluator {
  readonly #stack: Stack
  readonly #parent: Evaluator | undefined
  readonly #children = new Map<string, Evaluator>()
  readonly #conditions = new Map<string, boolean | undefined>()

  constructor(stack: Stack, parent?: Evaluator) {
    this.#stack = stack
    this.#parent = parent
    for (const [id, child] of stack.children) this.#children.set(id, new Evaluator(child, this))
  }

  /** The template's own evaluator, then those of the nested ones. */
  all(): readonly (readonly [Stack, Evaluator])[] {
    return [[this.#stack, this], ...[...this.#children.values()].flatMap((child) => child.all())]
  }

  /** The value of an expression; `null` for `AWS::NoValue`. */
  evaluate(json: Json | undefined): Value {
    return json === undefined ? null : valueOf(this.#result(json))
  }

  /** Whether a condition of the template holds; `undefined` where that depends on something unknown. */
  holds(name: string): boolean | undefined {
    if (!this.#conditions.has(name)) {
      const condition = member(member(this.#stack.template, 'Conditions'), name)
      this.#conditions.set(name, condition === undefined ? undefined : this.#holds(condition))
    }
    return this.#conditions.get(name)
  }

  #result(json: Json): Result {
    if (typeof json === 'string') return this.#string(json)
    if (Array.isArray(json)) return this.#list(entries(json))
    if (!isJsonRecord(json)) return json as null | boolean | number
    const [only, ...others] = Object.entries(json)
    if (only !== undefined && others.length === 0 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return this.#call(only[0], only[1])
    }
    const made = Object.entries(json)
      .map(([name, value]) => [name, this.#result(value)] as const)
      .filter((entry): entry is [string, Value] => entry[1] !== NO_VALUE)
    return record(made)
  }

  #list(list: readonly Json[]): Value {
    return list.map((entry) => this.#result(entry)).filter((entry): entry is Value => entry !== NO_VALUE)
  }

  /** `{{resolve:ssm:…}}` stands for a value that only the deployment reads. */
  #string(string: string): Value {
    if (!string.includes('{{resolve:')) return string
    return text(
      string.split(/(\{\{resolve:[^}]*\}\})/).map((part) => (part.startsWith('{{') ? new Unknown(part) : part)),
    )
  }

  #call(name: string, argument: Json): Result {
    switch (name) {
      case 'Ref':
        return typeof argument === 'string' ? this.#ref(argument) : new Unknown()
      case 'Fn::GetAtt':
        return this.#getAtt(argument)
      case 'Fn::If':
        return this.#if(entries(argument))
      case 'Fn::Join':
        return this.#join(entries(argument))
      case 'Fn::Sub':
        return this.#sub(argument)
      case 'Fn::Select':
        return this.#select(entries(argument))
      case 'Fn::Split':
        return this.#split(entries(argument))
      case 'Fn::FindInMap':
        return this.#findInMap(entries(argument))
      case 'Fn::ImportValue': {
        const identity = identityOf(this.evaluate(argument))
        return new Unknown(identity === undefined ? undefined : `import ${identity}`)
      }
      default:
        return new Unknown()
    }
  }

  #ref(name: string): Result {
    if (name === 'AWS::NoValue') return NO_VALUE
    // The same in all stacks, but for those about the stack itself.
    if (name.startsWith('AWS::Stack')) return new Unknown(`${this.#stack.path}${name}`)
    if (name.startsWith('AWS::')) return new Unknown(name)
    const parameter = member(member(this.#stack.template, 'Parameters'), name)
    if (parameter !== undefined) return this.#parameter(name, parameter)
    return this.#resourceValue(name, '')
  }

  /** A nested stack's parameters are what its parent passes, or their defaults. Others are set at deployment. */
  #parameter(name: string, parameter: Json): Value {
    const nestedIn = member(member(this.#stack.parent?.template, 'Resources'), this.#stack.logicalId)
    if (this.#parent === undefined || nestedIn === undefined) return new Unknown(`${this.#stack.path}parameter ${name}`)
    const passed = member(member(member(nestedIn, 'Properties'), 'Parameters'), name)
    const value = this.#parent.evaluate(passed ?? member(parameter, 'Default'))
    const type = textOf(member(parameter, 'Type'))
    // The value of such a parameter is the name of a parameter of Systems Manager.
    if (type.startsWith('AWS::SSM::Parameter::Value')) return new Unknown(`ssm ${identityOf(value) ?? name}`)
    const isOfList = type === 'CommaDelimitedList' || type.startsWith('List<')
    if (isOfList && typeof value === 'string') return value.split(',').map((entry) => entry.trim())
    return value
  }

  #resourceValue(logicalId: string, attribute: string): Value {
    const resource = member(member(this.#stack.template, 'Resources'), logicalId)
    if (resource === undefined) return new Unknown()
    const id = this.#stack.path + logicalId
    const type = textOf(member(resource, 'Type'))
    const isSame = attribute === '' || (SAME_AS_REF.get(type) ?? []).includes(attribute)
    return new Unknown(isSame ? id : `${id}.${attribute}`, id)
  }

  #getAtt(argument: Json): Value {
    const [logicalId, ...path] = Array.isArray(argument) ? entries(argument) : textOf(argument).split('.')
    const attribute = this.evaluate(path.length === 1 ? path[0] : path.join('.'))
    if (typeof logicalId !== 'string' || typeof attribute !== 'string') return new Unknown()
    const child = this.#children.get(logicalId)
    const output = /^Outputs\.(.+)$/.exec(attribute)?.[1]
    if (child !== undefined && output !== undefined) return child.output(output)
    return this.#resourceValue(logicalId, attribute)
  }

  /** What another template of the same tree sees of this one. */
  output(name: string): Value {
    const output = member(member(this.#stack.template, 'Outputs'), name)
    return output === undefined ? new Unknown() : this.evaluate(member(output, 'Value'))
  }

  #if([condition, yes = null, no = null]: readonly Json[]): Result {
    const holds = typeof condition === 'string' ? this.holds(condition) : undefined
    if (holds !== undefined) return this.#result(holds ? yes : no)
    // Either way the same: nothing is unknown about it.
    return JSON.stringify(yes) === JSON.stringify(no) ? this.#result(yes) : new Unknown()
  }

  #join([delimiter, list]: readonly Json[]): Value {
    const values = this.evaluate(list)
    if (!isList(values) || typeof delimiter !== 'string') return new Unknown()
    return text(values.flatMap((value, index) => (index === 0 ? [value] : [delimiter, value])))
  }

  #sub(argument: Json): Value {
    const [template, own] = Array.isArray(argument) ? entries(argument) : [argument]
    if (typeof template !== 'string') return new Unknown()
    const parts = template.split(/(\$\{[^}]*\})/).map((part): Value => {
      if (!part.startsWith('${')) return this.#string(part)
      const name = part.slice(2, -1).trim()
      if (name.startsWith('!')) return `\${${name.slice(1)}}`
      const given = member(own, name)
      if (given !== undefined) return this.evaluate(given)
      return name.startsWith('AWS::') || !name.includes('.') ? valueOf(this.#ref(name)) : this.#getAtt(name)
    })
    return text(parts)
  }

  #select([index = null, list]: readonly Json[]): Value {
    const values = this.evaluate(list)
    const position = numberOf(this.evaluate(index))
    if (position === undefined) return new Unknown()
    if (isList(values)) return values[position] ?? new Unknown()
    const identity = identityOf(values)
    return new Unknown(identity === undefined ? undefined : `${identity}[${position}]`)
  }

  #split([delimiter, source]: readonly Json[]): Value {
    const value = this.evaluate(source)
    if (typeof delimiter !== 'string' || delimiter === '') return new Unknown()
    if (typeof value === 'string') return value.split(delimiter)
    const identity = identityOf(value)
    return new Unknown(identity === undefined ? undefined : `${identity} split ${JSON.stringify(delimiter)}`)
  }

  #findInMap([map, ...keys]: readonly Json[]): Value {
    const [first, second] = keys.slice(0, 2).map((key) => this.evaluate(key))
    if (typeof map !== 'string' || typeof first !== 'string' || typeof second !== 'string') return new Unknown()
    const found = member(member(member(member(this.#stack.template, 'Mappings'), map), first), second)
    if (found !== undefined) return this.evaluate(found)
    return this.evaluate(member(keys[2], 'DefaultValue') ?? { Ref: '' })
  }

  #holds(condition: Json): boolean | undefined {
    const [name = '', argument = null] = members(condition)[0] ?? []
    if (name === 'Condition') return typeof argument === 'string' ? this.holds(argument) : undefined
    if (name === 'Fn::Equals') return this.#equals(entries(argument))
    const answers = entries(argument).map((one) => this.#holds(one))
    if (name === 'Fn::Not') return answers[0] === undefined ? undefined : !answers[0]
    // One that decides is enough, whatever the unknown ones are.
    const decides = name === 'Fn::Or'
    if (name !== 'Fn::Or' && name !== 'Fn::And') return undefined
    if (answers.includes(decides)) return decides
    return answers.includes(undefined) ? undefined : !decides
  }

  #equals([left, right]: readonly Json[]): boolean | undefined {
    const [one, other] = [this.evaluate(left), this.evaluate(right)]
    const [identity, otherIdentity] = [identityOf(one), identityOf(other)]
    if (identity !== undefined && identity === otherIdentity && typeof one === typeof other) return true
    const areKnown = [one, other].every((value) => ['string', 'number', 'boolean'].includes(typeof value))
    return areKnown ? String(one) === String(other) : undefined
  }

  /** Properties of a resource. */
  properties(resource: Json): Value {
    return at(this.evaluate({ Properties: member(resource, 'Properties') ?? {} }), 'Properties')
  }
}
