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
}

function hasOpenOperation(modules: ModulesContainer): boolean {
  return classesIn(modules).some(({ type }) =>
    [...methodsOf(type).values()].some((method) => {
      const mode = Reflect.hasMetadata(OPERATION, method) ? handlerAccess(method, type)?.mode : undefined
      return mode === 'public' || mode === 'optional'
    }),
  )
}

function endpointsOf(modules: ModulesContainer): string[] {
  const prefix = applicationConfigOf(modules)?.getGlobalPrefix() ?? ''
  return [...modules.values()]
    .map((module) => module.providers.get(GRAPHQL_OPTIONS)?.instance as GraphqlOptions | null | undefined)
    .filter((options) => options !== null && options !== undefined)
    .map(({ path = '/graphql', useGlobalPrefix = false }) => `/${useGlobalPrefix ? `${prefix}/` : ''}${path}`)
    .map((path) => normalisePath(path.replaceAll(/\/+/g, '/')))
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
