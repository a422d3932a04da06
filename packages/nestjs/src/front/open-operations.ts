/**
 * Operations of GraphQL that anonymous people may send. Its endpoint is no handler, but leads to some: resolvers, which
 * the guard is asked for; and to what is none: the landing page, `_service` of Apollo Federation, plain resolvers.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { normalisePath } from '@cognito-auth/core/adapter'
import type { ModulesContainer } from '@nestjs/core'
import { applicationConfigOf } from '../discovery/global-guard.js'
import { hasOpenOperation } from '../discovery/graphql/resolvers.js'
import { graphqlModulesOf, type GraphqlOptions } from '../discovery/graphql/schema.js'

/** Options of the GraphQL modules that have an open operation, or of the others. */
function optionsOf(modules: ModulesContainer, isOpen: boolean): GraphqlOptions[] {
  return graphqlModulesOf(modules)
    .filter((graphql) => hasOpenOperation(modules, graphql) === isOpen)
    .map(({ options }) => options)
}

function withPrefix(modules: ModulesContainer, path: string): string {
  return `/${applicationConfigOf(modules)?.getGlobalPrefix() ?? ''}/${path}`
}

function normal(path: string): string {
  return normalisePath(`/${path}`.replaceAll(/\/+/g, '/'))
}

function endpointsOf(modules: ModulesContainer, options: readonly GraphqlOptions[]): string[] {
  return options.map(({ path = '/graphql', useGlobalPrefix = false }) =>
    normal(useGlobalPrefix ? withPrefix(modules, path) : path),
  )
}

/** Where connections are opened: releases of Nest differ in whether a path of their own gets the prefix. */
function connectionsOf(modules: ModulesContainer, options: readonly GraphqlOptions[]): string[] {
  const own = options
    .flatMap(({ subscriptions = {} }) => Object.values(subscriptions))
    .map((one) => (typeof one === 'object' ? one.path : undefined))
    .filter((path) => path !== undefined)
  return [...endpointsOf(modules, options), ...own.flatMap((path) => [normal(path), normal(withPrefix(modules, path))])]
}

/**
 * Makes the question whether a request is an operation that the resolvers decide about. Where none of a GraphQL
 * module is open, its whole endpoint is protected. Asked once the app has started.
 */
export function openOperations(modules: ModulesContainer): (request: IncomingMessage, path: string) => boolean {
  let endpoints: readonly string[] | undefined
  return (request, path) => {
    endpoints ??= endpointsOf(modules, optionsOf(modules, true))
    if (!endpoints.includes(normalisePath(path))) return false
    // Servers answer those that accept HTML with a page.
    return request.method === 'POST' || !/text\/html|\*\/\*/i.test(request.headers.accept ?? '*/*')
  }
}

/** Makes the question whether a path opens a connection for operations none of which is open. Asked as the other one is. */
export function closedConnections(modules: ModulesContainer): (path: string) => boolean {
  let connections: readonly string[] | undefined
  return (path) => {
    connections ??= connectionsOf(modules, optionsOf(modules, false))
    return connections.includes(normalisePath(path))
  }
}
