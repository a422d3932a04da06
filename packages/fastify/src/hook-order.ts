/**
 * Has the hook of a scope run before what would answer past it: hooks run in the order in which they were added, and those
 * of scopes that were registered earlier are there already. `@fastify/middie` and `@fastify/express` run all middleware of
 * `app.use()` in one such hook, whenever it was added.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { FastifyInstance } from 'fastify'
import type { AuthHook } from './port.js'

/** What `@fastify/middie` and `@fastify/express` call their hooks. */
const RUNS_MIDDLEWARE: ReadonlySet<string> = new Set(['runMiddie', 'enhanceRequest', 'runConnect'])

/** A member of Fastify's own, which has no other name. */
function ownMember(app: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(app).find((one) => one.description === description)
  return symbol && (app as { readonly [name: symbol]: unknown })[symbol]
}

function hooksOf(app: object): unknown[] | undefined {
  const hooks = ownMember(app, 'fastify.hooks') as { readonly onRequest?: unknown } | undefined
  return Array.isArray(hooks?.onRequest) ? (hooks.onRequest as unknown[]) : undefined
}

/** The hooks that stay before ours: those before middleware. Where there is some, run by a hook of another name, none. */
function earlierHooks(app: FastifyInstance, hooks: readonly unknown[]): readonly unknown[] {
  const index = hooks.findIndex((one) => typeof one === 'function' && RUNS_MIDDLEWARE.has(one.name))
  if (index === -1) return app.hasDecorator('use') ? [] : hooks
  return hooks.slice(0, index)
}

/** Puts a hook behind the earlier ones of its scope, there and in all scopes below, and so before theirs. */
function place(app: object, hook: unknown, earlier: readonly unknown[]): void {
  const hooks = hooksOf(app)
  const index = hooks?.indexOf(hook) ?? -1
  if (hooks === undefined || index === -1) return
  hooks.splice(index, 1)
  const first = hooks.findIndex((one) => !earlier.includes(one))
  hooks.splice(first === -1 ? hooks.length : first, 0, hook)
  const children = ownMember(app, 'fastify.children')
  for (const child of Array.isArray(children) ? (children as object[]) : []) place(child, hook, earlier)
}

/**
 * Adds an `onRequest` hook that runs before middleware of `app.use()`, and before the hooks of scopes below.
 *
 * @throws {ConfigurationError} when middleware is there already, and this Fastify keeps its hooks elsewhere.
 */
export async function addFirstHook(app: FastifyInstance, hook: AuthHook): Promise<void> {
  app.addHook('onRequest', hook)
  // Fastify adds hooks when what was registered before is there.
  await app.after()
  const hooks = hooksOf(app)
  if (hooks === undefined) {
    if (!app.hasDecorator('use')) return
    throw new ConfigurationError('Register cognitoAuth before @fastify/middie and @fastify/express')
  }
  // Tracing (`@fastify/otel`) wraps what is added: ours is the last one then.
  const added = hooks.includes(hook) ? hook : hooks.at(-1)
  const others = hooks.filter((one) => one !== added)
  place(app, added, earlierHooks(app, others))
}
