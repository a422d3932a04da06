/**
 * What guards know of a request, whatever brought it.
 *
 * @module
 */

import type { HeadersInput } from '@cognito-auth/core'

/** What has the headers of a request, and what its user is remembered by: Node's request, mostly. */
export interface Carrier {
  readonly headers: HeadersInput
}

/** A member of a value of any kind. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown })[name] : undefined
}

function isCarrier(value: unknown): value is Carrier {
  const headers = member(value, 'headers')
  return typeof headers === 'object' && headers !== null
}

/** Node's request, which Fastify wraps as `raw`. Middleware of other adapters remembers users by the same. */
export function nodeRequestOf(request: unknown): Carrier | undefined {
  return [member(request, 'raw'), request].find(isCarrier)
}
