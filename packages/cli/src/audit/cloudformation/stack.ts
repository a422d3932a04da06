/**
 * A template and the templates nested in it.
 *
 * @module
 */

import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { entries, isJsonRecord, type Json, type JsonRecord, member, members, readJson } from '../json-file.js'
import { UnreadableError } from '../unreadable.js'

export const NESTED_STACK = 'AWS::CloudFormation::Stack'

/** One template, in its place among others. */
export interface Stack {
  readonly file: string
  readonly template: JsonRecord
  /** The logical ids that lead to it, each followed by a slash; `''` for the template that was given. */
  readonly path: string
  readonly parent: Stack | undefined
  /** The logical id of the nested stack in the parent's template. */
  readonly logicalId: string
  /** Nested templates that are beside this one, by logical id. */
  readonly children: Map<string, Stack>
  /** What nothing here can read: macros, loops, nested templates that are elsewhere. */
  readonly unreadParts: number
}

/** `AWS::LanguageExtensions` adds functions; any other transform may change everything. */
function countTransforms(template: JsonRecord): number {
  const transform = member(template, 'Transform')
  const all = Array.isArray(transform) ? entries(transform) : transform === undefined ? [] : [transform]
  return all.filter((one) => one !== 'AWS::LanguageExtensions').length
}

/**
 * Where a nested template is. Only beside its parent, or below: a template from elsewhere must not make this command
 * read any file of the machine.
 */
function nestedFile(file: string, assetPath: string): string {
  const path = normalize(assetPath)
  if (isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`)) {
    throw new UnreadableError(`${file} names a nested template outside its folder`)
  }
  return join(dirname(file), path)
}

function isNested(file: string, parent: Stack | undefined): boolean {
  return parent !== undefined && (parent.file === file || isNested(file, parent.parent))
}

/**
 * @throws {UnreadableError} when a nested template cannot be read: it may hold what this command looks for.
 */
export function readStack(file: string, template: JsonRecord, parent?: Stack, logicalId = ''): Stack {
  if (isNested(file, parent)) throw new UnreadableError(`${file} is nested in itself`)
  const resources = members(member(template, 'Resources'))
  const nested = resources.filter(([, resource]) => member(resource, 'Type') === NESTED_STACK)
  const beside = nested.filter(([, one]) => typeof assetPathOf(one) === 'string')
  const stack: Stack = {
    file,
    template,
    path: parent === undefined ? '' : `${parent.path}${logicalId}/`,
    parent,
    logicalId,
    children: new Map(),
    unreadParts:
      countTransforms(template) +
      (nested.length - beside.length) +
      resources.filter(([name]) => name.startsWith('Fn::')).length,
  }
  for (const [id, resource] of beside) {
    const path = nestedFile(file, String(assetPathOf(resource)))
    const { json } = readJson(path)
    if (!isJsonRecord(member(json, 'Resources'))) throw new UnreadableError(`${path} is no CloudFormation template`)
    stack.children.set(id, readStack(path, json as JsonRecord, stack, id))
  }
  return stack
}

function assetPathOf(resource: Json): Json | undefined {
  return member(member(resource, 'Metadata'), 'aws:asset:path')
}

/** A stack and all that are nested in it. */
export function allStacks(stack: Stack): Stack[] {
  return [stack, ...[...stack.children.values()].flatMap(allStacks)]
}
