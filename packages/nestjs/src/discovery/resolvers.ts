/**
 * What `@nestjs/graphql` writes on resolvers; it is optional, and writes the same in all majors.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'
import { methodsOf } from '../access/stated.js'
import { classesIn } from './handlers.js'

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

/** Whether a resolver of Nest stands behind a field of a type, or behind its references. */
export type IsResolved = (type: string, field: string) => boolean

/** Reads which fields the resolvers of an app stand behind. */
export function resolvedIn(modules: ModulesContainer): IsResolved {
  const resolved = new Set(
    classesIn(modules).flatMap(({ type }) =>
      [...methodsOf(type)].flatMap(([name, method]) => {
        const root: unknown = Reflect.getMetadata(TYPE, method)
        if (root === undefined && !isFieldOrReference(method)) return []
        return [`${String(root ?? Reflect.getMetadata(TYPE, type))}.${registeredName(name, method)}`]
      }),
    ),
  )
  return (type, field) => resolved.has(`${type}.${field}`)
}
