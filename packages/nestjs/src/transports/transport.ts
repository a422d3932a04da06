/**
 * What a guard needs to know of one kind of execution context.
 *
 * @module
 */

import type { User } from '@cognito-auth/core'
import type { ExecutionContext } from '@nestjs/common'
import type { Carrier } from './request-of.js'

/** One kind of execution context. */
export interface Transport {
  /**
   * The request that a context is about.
   *
   * @throws {ConfigurationError} where it is not found.
   */
  requestOf(context: ExecutionContext): Carrier
  /** What to throw for an error. */
  refusalOf(error: unknown, context: ExecutionContext): Error | Promise<Error>
  /** What is done for a user who is allowed; `null` for an anonymous request where that is fine. */
  onAllowed(context: ExecutionContext, request: Carrier, user: User | null): void
  /** Whether something goes on after the tokens of the request have expired: they are refused without clock tolerance. */
  outlivesTokens(context: ExecutionContext, request: Carrier): boolean
}
