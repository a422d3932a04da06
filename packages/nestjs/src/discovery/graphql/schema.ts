/**
 * The schemas that GraphQL modules of an app built, read without `@nestjs/graphql`, which is optional. They are there
 * once all modules are initialised.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'

/** Nest's `GRAPHQL_MODULE_OPTIONS`. */
export const GRAPHQL_OPTIONS = 'GqlModuleOptions'

interface Named {
  readonly name: string
}

/** What is used of a field. */
interface Field {
  readonly type: unknown
  readonly resolve?: unknown
  readonly subscribe?: unknown
}

/** What is used of a named type; which of it there is depends on its kind. */
export interface NamedType extends Named {
  getFields?(): { readonly [name: string]: Field }
  getInterfaces?(): readonly NamedType[]
}

/** What is used of a `GraphQLSchema`. */
export interface Schema {
  getType(name: string): unknown
  /** Of a union or an interface; none of others. */
  getPossibleTypes(type: NamedType): readonly NamedType[]
  getQueryType(): NamedType | null | undefined
  getMutationType(): NamedType | null | undefined
  getSubscriptionType(): NamedType | null | undefined
}

function isSchema(value: unknown): value is Schema {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<Schema>).getSubscriptionType === 'function'
  )
}

/** Nest's `GraphQLSchemaHost` is known by its accessor: bundlers change names. It throws where there is no schema. */
function schemaOf(host: unknown): Schema | undefined {
  if (typeof host !== 'object' || host === null) return undefined
  const prototype = Object.getPrototypeOf(host) as object | null
  const read = prototype && Object.getOwnPropertyDescriptor(prototype, 'schema')?.get
  try {
    const schema: unknown = read?.call(host)
    return isSchema(schema) ? schema : undefined
  } catch {
    // A gateway of Federation has none.
    return undefined
  }
}

/** What is used of the options of a GraphQL module. */
export interface GraphqlOptions {
  readonly path?: string
  readonly useGlobalPrefix?: boolean
  /** By protocol. */
  readonly subscriptions?: { readonly [protocol: string]: boolean | { readonly path?: string } | undefined }
  readonly fieldResolverEnhancers?: readonly string[]
  /** The modules whose resolvers it has, with what they import; none for all. */
  readonly include?: readonly unknown[]
  /** Resolvers of the app's own, by type and field. */
  readonly resolvers?: unknown
  /** Mercurius: the same, for many objects at once. */
  readonly loaders?: unknown
  /** Apollo: what the fields of root types are read from where they have no resolver. */
  readonly rootValue?: unknown
  /** Apollo: answers for all fields that have no resolver. */
  readonly fieldResolver?: unknown
}

/** A GraphQL module of an app. */
export interface GraphqlModule {
  readonly options: GraphqlOptions
  /** None of a gateway of Federation, and none before it is built. */
  readonly schemas: readonly Schema[]
}

/** Each GraphQL module of an app. */
export function graphqlModulesOf(modules: ModulesContainer): GraphqlModule[] {
  return [...modules.values()]
    .filter(({ providers }) => providers.has(GRAPHQL_OPTIONS))
    .map(({ providers }) => ({
      options: (providers.get(GRAPHQL_OPTIONS)?.instance ?? {}) as GraphqlOptions,
      schemas: [...providers.values()]
        .map((wrapper) => schemaOf(wrapper.instance))
        .filter((schema) => schema !== undefined),
    }))
}

/** All schemas of an app. */
function schemasOf(modules: ModulesContainer): Schema[] {
  return graphqlModulesOf(modules).flatMap(({ schemas }) => schemas)
}

/** Types that Nest asks guards for, whatever the options say: it goes by these names. */
export const ROOTS: readonly unknown[] = ['Query', 'Mutation', 'Subscription']

/** The root types of a schema. */
export function rootsOf(schema: Schema): NamedType[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return roots.filter((type) => type !== null && type !== undefined)
}

/** Root types of other names: `schema { query: RootQuery }`. Nest takes their resolvers for those of fields. */
export function renamedRootsOf(schema: Schema): string[] {
  return rootsOf(schema)
    .map(({ name }) => name)
    .filter((name) => !ROOTS.includes(name))
}

interface TypeMetadata {
  readonly name: string
  readonly target: object
}

/** What is used of `TypeMetadataStorage`, which `@nestjs/graphql` keeps where all copies of it find it. */
interface TypeStorage {
  getObjectTypesMetadata(): readonly TypeMetadata[]
  getInterfacesMetadata(): readonly TypeMetadata[]
  getInputTypesMetadata(): readonly TypeMetadata[]
}

/** The classes of object, interface and input types that are in a schema of this app: others share the storage. */
export function typeClassesOf(modules: ModulesContainer): object[] {
  const schemas = schemasOf(modules)
  const storage = (globalThis as { readonly GqlTypeMetadataStorage?: TypeStorage }).GqlTypeMetadataStorage
  if (schemas.length === 0 || storage === undefined) return []
  const types = [
    ...storage.getObjectTypesMetadata(),
    ...storage.getInterfacesMetadata(),
    ...storage.getInputTypesMetadata(),
  ]
  return types
    .filter(({ name }) => schemas.some((schema) => schema.getType(name) !== undefined))
    .map(({ target }) => target)
}
