/**
 * What `@nestjs/graphql` writes on resolvers; it is optional, and writes the same in all majors.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'
import { type Decorated, handlerAccess, methodsOf } from '../../access/stated.js'
import type { Module } from '../bindings.js'
import { classesIn } from '../handlers.js'
import type { GraphqlModule, GraphqlOptions } from './schema.js'

/** Metadata of `@ResolveField` and `@ResolveReference`. */
const FIELD = 'graphql:resolve_property'
const REFERENCE = 'graphql:resolve_reference'
/** Under which name a resolver is registered, where that is not the name of its method. */
const NAME = 'graphql:resolver_name'
/** The name of a reference: all that Apollo Federation goes by, with `@ResolveReference` and without. */
export const REFERENCE_RESOLVER = '__resolveReference'
/** Of which type a class has resolvers; on the method of a query and its like, of which root type that is. */
export const TYPE = 'graphql:resolver_type'

export function isField(method: object): boolean {
  return Reflect.hasMetadata(FIELD, method)
}

export function isFieldOrReference(method: object): boolean {
  return Reflect.hasMetadata(REFERENCE, method) || isField(method)
}

/** The name that Nest registers a resolver under. */
export function registeredName(name: string, method: object): string {
  if (Reflect.hasMetadata(REFERENCE, method)) return REFERENCE_RESOLVER
  const given: unknown = Reflect.getMetadata(NAME, method)
  return typeof given === 'string' && given !== '' ? given : name
}

/** The classes whose resolvers a GraphQL module has: of the modules that it includes, and what these import. */
export function resolverClassesOf(modules: ModulesContainer, { include = [] }: GraphqlOptions): Decorated[] {
  const found = new Set<Module>()
  const visit = (module: Module): void => {
    if (found.has(module)) return
    found.add(module)
    module.imports.forEach(visit)
  }
  const named = [...modules.values()].filter(({ metatype }) => include.length === 0 || include.includes(metatype))
  named.forEach(visit)
  return classesIn(found).map(({ type }) => type)
}

/** A method that Nest has for a field of a type, or for its references. */
export interface FieldMethod {
  readonly type: Decorated
  readonly method: object
  /** Type and field: `Query.cats`. */
  readonly field: string
}

/** The resolvers of classes. */
export function fieldMethodsOf(classes: readonly Decorated[]): FieldMethod[] {
  return classes.flatMap((type) =>
    [...methodsOf(type)].flatMap(([name, method]) => {
      const root: unknown = Reflect.getMetadata(TYPE, method)
      const parent: unknown = root ?? (isFieldOrReference(method) ? Reflect.getMetadata(TYPE, type) : undefined)
      // Nest calls none whose class is of no type.
      if (typeof parent !== 'string') return []
      return [{ type, method, field: `${parent}.${registeredName(name, method)}` }]
    }),
  )
}

/** Fields that resolvers in the options of a GraphQL module stand behind: where Nest has one, too, theirs take its place. */
export function plainFieldsOf({ resolvers, loaders }: GraphqlOptions): ReadonlySet<string> {
  const membersOf = (value: unknown): [string, unknown][] =>
    typeof value === 'object' && value !== null ? Object.entries(value) : []
  const types = [resolvers, loaders].flat().flatMap(membersOf)
  return new Set(types.flatMap(([type, fields]) => membersOf(fields).map(([name]) => `${type}.${name}`)))
}

/** Whether a resolver of Nest stands behind a field of a type, or behind its references. */
export type IsResolved = (type: string, field: string) => boolean

/** Reads which fields of the schemas of a GraphQL module the resolvers of Nest stand behind. */
export function resolvedIn(modules: ModulesContainer, options: GraphqlOptions): IsResolved {
  const plain = plainFieldsOf(options)
  const methods = fieldMethodsOf(resolverClassesOf(modules, options))
  const resolved = new Set(methods.map(({ field }) => field).filter((field) => !plain.has(field)))
  return (type, field) => resolved.has(`${type}.${field}`)
}

/** Whether anonymous people may send an operation to a GraphQL module. */
export function hasOpenOperation(modules: ModulesContainer, { options, schemas }: GraphqlModule): boolean {
  // A gateway of Federation asks no resolver.
  if (schemas.length === 0) return false
  return resolverClassesOf(modules, options).some((type) =>
    [...methodsOf(type).values()].some((method) => {
      const mode = Reflect.hasMetadata(TYPE, method) ? handlerAccess(method, type)?.mode : undefined
      return mode === 'public' || mode === 'optional'
    }),
  )
}
