/**
 * What a row of the behaviour table is, and what rows are made of.
 *
 * @module
 */

import type { Fault } from '../faults.js'
import type { TestAlb } from '../test-alb.js'
import type { TestUser } from '../user.js'
import type { RawRequest } from './send.js'

/**
 * Which app a row is for: `plain`, the whole app is protected; `redirect`, with a `redirectUrl`; `optional`, where anonymous
 * requests are allowed, with one too; `signOut`, `plain` with `signOutOptions`; `bearer` and `local`,
 * `plain` with `bearerOptions` and `localOptions`.
 */
export type AppVariant = 'plain' | 'redirect' | 'optional' | 'signOut' | 'bearer' | 'local'

/** Where browsers are sent in the variants `redirect` and `optional`: a route that every app has, so that one row may be there already. */
export const REDIRECT_URL = 'https://example.com/admins'

/** What is expected of a response; what is left out may be anything. */
export interface Expected {
  readonly status: number | readonly number[]
  /** `code` of a problem document, which the body must then be. */
  readonly code?: string
  /** Members of the JSON body. */
  readonly json?: { readonly [name: string]: unknown }
  /** Exact values; `null`: the header must not be there. */
  readonly headers?: { readonly [name: string]: string | RegExp | null }
  /** Each must be a `Set-Cookie` line; an empty list: none may expire the load balancer's session. */
  readonly cookies?: readonly string[]
  /** What the body must contain. */
  readonly body?: RegExp
}

/** One behaviour. */
export interface BehaviourRow {
  readonly what: string
  readonly app: AppVariant
  /** Needs an app and a load balancer that no other row has used. */
  readonly fresh?: true
  readonly request: (alb: TestAlb) => Promise<RawRequest>
  readonly expected: Expected
}

export const developer: TestUser = { email: 'dev@example.com', groups: ['developers'] }
export const admin: TestUser = { email: 'admin@example.com', groups: ['admins'] }
export const root: TestUser = { email: 'root@example.com' }
export const stranger: TestUser = { email: 'stranger@example.com', groups: ['visitors'] }

export const navigation = { 'sec-fetch-dest': 'document', accept: 'text/html' }

/** A request of a user who is signed in. */
export function as(user: TestUser, path: string, more: Omit<RawRequest, 'path'> & { readonly fault?: Fault } = {}) {
  const { fault, headers, method = 'GET' } = more
  return async (alb: TestAlb): Promise<RawRequest> => ({
    method,
    path,
    headers: { ...(await alb.headersFor(user, fault && { fault })), ...headers },
  })
}

/** A request without tokens. */
export function anonymous(path: string, more: Omit<RawRequest, 'path'> = {}) {
  return async (): Promise<RawRequest> => ({ path, ...more })
}

/** A refusal as a problem document. */
export function problem(status: number, code: string, headers: Expected['headers'] = {}): Expected {
  const authenticate = code === 'missing_token' ? 'Bearer' : 'Bearer error="invalid_token"'
  return {
    status,
    code,
    headers: { 'www-authenticate': status === 401 ? authenticate : null, ...headers },
  }
}

export const invalid = problem(401, 'invalid_token')
export const missing = problem(401, 'missing_token')
export const denied = problem(403, 'access_denied')
export const sentAway: Expected = { status: 302, headers: { location: REDIRECT_URL, 'cache-control': 'no-store' } }
