/**
 * Detects what is asked where Nest asks no guard, and stops the app at start: it would be open without a word.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { ownAccess, REQUIRED } from '../../access/access.js'
import { classesOf, type Decorated, handlerAccess, methodsOf } from '../../access/stated.js'
import { sentTypesOf } from './entities.js'
import { gatewaysOf, isMessageHandler } from '../gateways.js'
import { hasGlobalGuard } from '../global-guard.js'
import { classesIn, handlerMethodsOf } from '../handlers.js'
import {
  isField,
  isFieldOrReference,
  REFERENCE_RESOLVER,
  registeredName,
  resolvedIn,
  resolverClassesOf,
  TYPE,
} from './resolvers.js'
import { type GraphqlModule, graphqlModulesOf, renamedRootsOf, ROOTS, typeClassesOf } from './schema.js'

/** Tells the type of what another resolver returned. Nest asks no guard for a method of this name, whatever the options say. */
const TYPE_RESOLVER = '__resolveType'

/**
 * A field or reference resolver of which something is asked, by itself or by its class. A guard for the whole app asks
 * nothing of fields, whose parents were asked; a reference has no parent: the request itself, which may
 * come past Apollo's gateway, names an entity and its key. Nor has a field of a root type, or of what the request sends.
 */
function unguardedField(type: Decorated, isGlobal: boolean, parentless: ReadonlySet<unknown>): string | undefined {
  const typeName: unknown = Reflect.getMetadata(TYPE, type)
  if (ROOTS.includes(typeName)) return undefined
  for (const [name, method] of methodsOf(type)) {
    if (!isFieldOrReference(method)) continue
    const registered = registeredName(name, method)
    const isParentless = registered === REFERENCE_RESOLVER || parentless.has(typeName)
    if (registered === TYPE_RESOLVER && ownAccess(method) === undefined) continue
    const access = handlerAccess(method, type) ?? (isParentless && isGlobal ? REQUIRED : undefined)
    if (access !== undefined && access.mode !== 'public') return `${type.name}.${name}`
  }
  return undefined
}

/** A method that no option has Nest ask a guard for, and that asks something. */
function unguardedTypeResolver(type: Decorated): string | undefined {
  const method = methodsOf(type).get(TYPE_RESOLVER)
  if (method === undefined || !isField(method)) return undefined
  // Under another name it is an ordinary field, for which its class asks, too.
  const access =
    registeredName(TYPE_RESOLVER, method) === TYPE_RESOLVER ? ownAccess(method) : handlerAccess(method, type)
  return access === undefined || access.mode === 'public' ? undefined : `${type.name}.${TYPE_RESOLVER}`
}

function checkTypeResolvers(modules: ModulesContainer): void {
  for (const { type } of classesIn(modules)) {
    const method = unguardedTypeResolver(type)
    if (method === undefined) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${method}: Nest asks none for a method of this name, whatever the options. Put the decorator on what returns the object, or give a field a method of another name`,
    )
  }
}

/** Types whose fields have no parent that was asked: what a request sends, and roots that Nest does not know for such. */
function parentlessTypes(modules: ModulesContainer, { options, schemas }: GraphqlModule): ReadonlySet<string> {
  const isResolved = resolvedIn(modules, options)
  return new Set(schemas.flatMap((schema) => [...renamedRootsOf(schema), ...sentTypesOf(schema, isResolved)]))
}

/** Of each GraphQL module that does not have guards asked for field resolvers, too. */
function checkFields(modules: ModulesContainer): void {
  const isGlobal = hasGlobalGuard(modules)
  for (const graphql of graphqlModulesOf(modules)) {
    const { options } = graphql
    if (options.fieldResolverEnhancers?.includes('guards') === true) continue
    const parentless = parentlessTypes(modules, graphql)
    const field = resolverClassesOf(modules, options)
      .map((type) => unguardedField(type, isGlobal, parentless))
      .find((one) => one !== undefined)
    if (field === undefined) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${field}: Nest asks guards for fields and references only with fieldResolverEnhancers: ['guards'] in the options of GraphQLModule. Write that there, or @Public() on ${field} if what comes before it is enough`,
    )
  }
}

function checkGatewayMethods(modules: ModulesContainer): void {
  for (const { type } of gatewaysOf(modules)) {
    for (const [name, method] of methodsOf(type)) {
      const access = ownAccess(method)
      if (isMessageHandler(method) || access === undefined || access.mode === 'public') continue
      throw new ConfigurationError(
        `Nest would not ask the guard of ${type.name}.${name}, which is no @SubscribeMessage() handler: put the decorator on ${type.name}, whose connections it then protects`,
      )
    }
  }
}

/** @throws {ConfigurationError} naming a field resolver or a method of a gateway that would be open. */
export function checkUnguarded(modules: ModulesContainer): void {
  checkTypeResolvers(modules)
  checkFields(modules)
  checkGatewayMethods(modules)
}

/** A type of GraphQL has no guard: what is asked of it, or of a method of its class, is asked nowhere. */
function checkTypeClasses(modules: ModulesContainer): void {
  const asks = (target: object): boolean => (ownAccess(target)?.mode ?? 'public') !== 'public'
  const listed = new Set<object>(classesIn(modules).map(({ type }) => type))
  for (const type of typeClassesOf(modules)) {
    const [asking] = classesOf(type).filter((one) => {
      // A resolver, here or in another app of this process: Nest asks the guard of its handlers.
      if (listed.has(one) || Reflect.hasOwnMetadata(TYPE, one)) return false
      const handlers = new Set(handlerMethodsOf(one).values())
      return asks(one) || [...methodsOf(one).values()].some((method) => asks(method) && !handlers.has(method))
    })
    if (asking === undefined) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${asking.name}, which is a type of GraphQL: put the decorators of @cognito-auth/nestjs on what returns it, or on a @ResolveField()`,
    )
  }
}

/**
 * What can be known once the schemas are built.
 *
 * @throws {ConfigurationError} naming a root field or a type that would be open.
 */
export function checkSchemas(modules: ModulesContainer): void {
  checkFields(modules)
  checkTypeClasses(modules)
}
