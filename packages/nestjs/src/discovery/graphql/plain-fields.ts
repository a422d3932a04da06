/**
 * Finds what GraphQL answers past all handlers of Nest, which a guard for the whole app is not asked about: fields of
 * plain `resolvers`, and all of a gateway of Federation.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { handlerAccess } from '../../access/stated.js'
import { coversEverything } from '../../requests.js'
import { warn } from '../../warn.js'
import { plainReferencesOf, sentTypesOf } from './entities.js'
import { hasGlobalGuard } from '../global-guard.js'
import {
  fieldMethodsOf,
  hasOpenOperation,
  type IsResolved,
  plainFieldsOf,
  resolvedIn,
  resolverClassesOf,
} from './resolvers.js'
import { type GraphqlOptions, graphqlModulesOf, type NamedType, rootsOf, type Schema } from './schema.js'

/** What Federation adds: whether a reference is asked is checked, and the schema is no secret by default. */
const FEDERATION: readonly string[] = ['_service', '_entities']

/** Root fields that something answers, and no resolver of Nest. */
function plainRootFields(
  schema: Schema,
  isResolved: IsResolved,
  { rootValue, fieldResolver }: GraphqlOptions,
): string[] {
  return rootsOf(schema).flatMap((root) =>
    Object.entries(root.getFields?.() ?? {})
      .filter(([, { resolve, subscribe }]) => (resolve ?? subscribe ?? rootValue ?? fieldResolver) !== undefined)
      .filter(([name]) => !FEDERATION.includes(name) && !isResolved(root.name, name))
      .map(([name]) => `${root.name}.${name}`),
  )
}

/** Fields of what a request sends that something answers, and no resolver of Nest: no parent of theirs was asked. */
function plainSentFields(schema: Schema, isResolved: IsResolved, plain: ReadonlySet<string>): string[] {
  return [...sentTypesOf(schema, isResolved)].flatMap((name) => {
    const type = schema.getType(name) as NamedType | null | undefined
    const fields = Object.keys(type?.getFields?.() ?? {}).map((field) => `${name}.${field}`)
    return fields.filter((field) => plain.has(field))
  })
}

/** @throws {ConfigurationError} naming a field of which a resolver of Nest asks something, in whose place is another. */
function checkReplaced(modules: ModulesContainer): void {
  for (const { options } of graphqlModulesOf(modules)) {
    const plain = plainFieldsOf(options)
    const replaced = fieldMethodsOf(resolverClassesOf(modules, options)).find(
      ({ type, method, field }) => plain.has(field) && (handlerAccess(method, type)?.mode ?? 'public') !== 'public',
    )
    if (replaced === undefined) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${replaced.type.name} for ${replaced.field}: the options of GraphQLModule have a resolver of it, too, which takes the place. Leave one of the two out`,
    )
  }
}

/**
 * Asked once the schemas are built, where a guard for the whole app says that it is protected. Fields are told; references
 * have no parent, nor have fields of what a request sends, and lead strangers to whatever they name.
 *
 * @throws {ConfigurationError} naming a reference, or such a field; with any guard, one that takes the place of another of
 *   which something is asked.
 */
export function checkPlainFields(modules: ModulesContainer): void {
  checkReplaced(modules)
  if (!hasGlobalGuard(modules)) return
  // An endpoint with an open operation is not protected as a whole.
  const unprotected = graphqlModulesOf(modules).filter(
    (one) => !coversEverything(modules) || hasOpenOperation(modules, one),
  )
  const graphql = unprotected.map(({ options, schemas }) => ({
    options,
    schemas,
    isResolved: resolvedIn(modules, options),
    plain: plainFieldsOf(options),
  }))
  const [reference] = graphql.flatMap(({ schemas, isResolved }) =>
    schemas.flatMap((schema) => plainReferencesOf(schema, isResolved)),
  )
  if (reference !== undefined) {
    throw new ConfigurationError(
      `Nest would ask no guard for ${reference}, which no resolver of Nest stands behind: write a @ResolveReference() method, or protect the whole endpoint by everything: true, with no operation that is open`,
    )
  }
  const [sent] = graphql.flatMap(({ schemas, isResolved, plain }) =>
    schemas.flatMap((schema) => plainSentFields(schema, isResolved, plain)),
  )
  if (sent !== undefined) {
    throw new ConfigurationError(
      `Nest would ask no guard for ${sent}, which no resolver of Nest stands behind, of an entity that a request sends: write a @ResolveField() method, or protect the whole endpoint by everything: true, with no operation that is open`,
    )
  }
  const open = graphql.flatMap(({ options, schemas, isResolved }) =>
    // A gateway of Federation has none, and others answer its fields.
    schemas.length === 0
      ? ['all of a gateway of Federation']
      : schemas.flatMap((schema) => plainRootFields(schema, isResolved, options)),
  )
  if (open.length === 0) return
  warn(
    `Nest asks no guard for what GraphQL answers without a resolver of Nest, and this is open: ${open.join(', ')}. Write resolvers of Nest for it, or protect the whole endpoint by everything: true, with no operation that is open`,
    'COGNITO_AUTH_PLAIN_FIELDS',
  )
}
