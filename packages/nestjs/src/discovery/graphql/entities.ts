/**
 * Which objects of a subgraph of Apollo Federation are made of what a request sends. `_entities` gives the reference
 * itself to the fields of an entity that no reference resolver resolves, with all that is nested in it.
 *
 * @module
 */

import { member } from '../../transports/request-of.js'
import { type IsResolved, REFERENCE_RESOLVER } from './resolvers.js'
import type { NamedType, Schema } from './schema.js'

/** The union of all entities that `_entities` answers with. */
const ENTITIES = '_Entity'

/** The type itself, of a list of it or of one that is not null. */
function namedType(type: unknown): NamedType {
  const inner = member(type, 'ofType')
  return inner === undefined ? (type as NamedType) : namedType(inner)
}

function entitiesOf(schema: Schema): readonly NamedType[] {
  const union = schema.getType(ENTITIES) as NamedType | undefined
  return union === undefined ? [] : schema.getPossibleTypes(union)
}

/** Whether something resolves the references of an entity: as Apollo keeps it, and as Mercurius does. */
function hasReference(type: NamedType): boolean {
  const subgraph = member(member(member(type, 'extensions'), 'apollo'), 'subgraph')
  return [subgraph, type].some((one) => typeof member(one, 'resolveReference') === 'function')
}

/** References that something resolves, and no resolver of Nest. */
export function plainReferencesOf(schema: Schema, isResolved: IsResolved): string[] {
  return entitiesOf(schema)
    .filter((type) => hasReference(type) && !isResolved(type.name, REFERENCE_RESOLVER))
    .map(({ name }) => `${name}.${REFERENCE_RESOLVER}`)
}

/**
 * Names of types whose objects a request may send, and of the interfaces whose resolvers they may inherit.
 *
 * @param isResolved Whether a resolver of Nest stands behind a field of a type, or behind its references.
 */
export function sentTypesOf(schema: Schema, isResolved: IsResolved): ReadonlySet<string> {
  const found = new Set<NamedType>()
  const visit = (type: NamedType): void => {
    if (found.has(type)) return
    found.add(type)
    schema.getPossibleTypes(type).forEach(visit)
    for (const [name, field] of Object.entries(type.getFields?.() ?? {})) {
      if (!isResolved(type.name, name)) visit(namedType(field.type))
    }
  }
  entitiesOf(schema)
    .filter((type) => !hasReference(type))
    .forEach(visit)
  return new Set([...found].flatMap((type) => [type, ...(type.getInterfaces?.() ?? [])]).map(({ name }) => name))
}
