/**
 * Operations of GraphQL that anonymous people may send. Its endpoint is no handler, but leads to some: resolvers, which
 * the guard is asked for; and to what is none: the landing page, `_service` of Apollo Federation, plain resolvers.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { normalisePath } from '@cognito-auth/core/adapter'
import type { ModulesContainer } from '@nestjs/core'
import { handlerAccess, methodsOf } from '../access/stated.js'
import { applicationConfigOf } from '../discovery/global-guard.js'
import { classesIn } from '../discovery/handlers.js'

/** `@Query()` and its like. */
const OPERATION = 'graphql:resolver_type'
/** Nest's `GRAPHQL_MODULE_OPTIONS`. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions'

interface GraphqlOptions {
  readonly path?: string
  readonly useGlobalPrefix?: boolean
  /** By protocol. */
  readonly subscriptions?: { readonly [protocol: string]: boolean | { readonly path?: string } | undefined }
}

function hasOpenOperation(modules: ModulesContainer): boolean {
  return classesIn(modules).some(({ type }) =>
    [...methodsOf(type).values()].some((method) => {
      const mode = Reflect.hasMetadata(OPERATION, method) ? handlerAccess(method, type)?.mode : undefined
      return mode === 'public' || mode === 'optional'
    }),
  )
}

function optionsOf(modules: ModulesContainer): GraphqlOptions[] {
  return [...modules.values()]
    .map((module) => module.providers.get(GRAPHQL_OPTIONS)?.instance as GraphqlOptions | null | undefined)
    .filter((options) => options !== null && options !== undefined)
}

function withPrefix(modules: ModulesContainer, path: string): string {
  return `/${applicationConfigOf(modules)?.getGlobalPrefix() ?? ''}/${path}`
}

function normal(path: string): string {
  return normalisePath(`/${path}`.replaceAll(/\/+/g, '/'))
}

function endpointsOf(modules: ModulesContainer): string[] {
  return optionsOf(modules).map(({ path = '/graphql', useGlobalPrefix = false }) =>
    normal(useGlobalPrefix ? withPrefix(modules, path) : path),
  )
}

/** Where connections are opened: releases of Nest differ in whether a path of their own gets the prefix. */
function connectionsOf(modules: ModulesContainer): string[] {
  const own = optionsOf(modules)
    .flatMap(({ subscriptions = {} }) => Object.values(subscriptions))
    .map((one) => (typeof one === 'object' ? one.path : undefined))
    .filter((path) => path !== undefined)
  return [...endpointsOf(modules), ...own.flatMap((path) => [normal(path), normal(withPrefix(modules, path))])]
}

/**
 * Makes the question whether a request is an operation that the resolvers decide about. Where none of them is open,
 * none is: the whole endpoint is protected then. Asked once the app has started.
 */
export function openOperations(modules: ModulesContainer): (request: IncomingMessage, path: string) => boolean {
  let endpoints: readonly string[] | undefined
  return (request, path) => {
    endpoints ??= hasOpenOperation(modules) ? endpointsOf(modules) : []
    if (!endpoints.includes(normalisePath(path))) return false
    // Servers answer those that accept HTML with a page.
    return request.method === 'POST' || !/text\/html|\*\/\*/i.test(request.headers.accept ?? '*/*')
  }
}

/** Makes the question whether a path opens a connection for operations none of which is open. Asked as the other one is. */
export function closedConnections(modules: ModulesContainer): (path: string) => boolean {
  let connections: readonly string[] | undefined
  return (path) => {
    connections ??= hasOpenOperation(modules) ? [] : connectionsOf(modules)
    return connections.includes(normalisePath(path))
  }
}
