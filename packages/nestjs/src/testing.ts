/**
 * For an app's own end-to-end tests: the guard with a user who is given.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError, MissingTokenError, type User } from '@cognito-auth/core'
import { isDevelopment, productionMode, RequestUsers } from '@cognito-auth/core/adapter'
import type { CanActivate } from '@nestjs/common'
import type { Carrier } from './transports/request-of.js'
import { CognitoAuthGuard } from './guard.js'

/** Everything of the guard but the tokens: decorators still decide. */
class StandInGuard extends CognitoAuthGuard {
  readonly #requests: RequestUsers<Carrier>

  constructor(user: User | null) {
    super()
    const standIn: Pick<CognitoAuth, 'requireUser'> = {
      requireUser: async () => {
        if (user === null) throw new MissingTokenError(['x-amzn-oidc-data'])
        return user
      },
    }
    this.#requests = new RequestUsers<Carrier>(standIn, () => ({}))
  }

  protected override isChecked(): boolean {
    return true
  }

  protected override requests(): RequestUsers<Carrier> {
    return this.#requests
  }
}

/**
 * A guard that takes every request for one of `user`: `@AuthUser()` gives it, and `@RequireGroups()`,
 * `@RequireAdmin()`, `@Public()` and `@OptionalAuth()` work as ever. No tokens are verified, and no rules asked.
 *
 * @example
 * ```ts
 * const user = createMockUser({ email: 'a@example.com', groups: ['admins'] })
 * Test.createTestingModule({ imports: [AppModule] })
 *   .overrideGuard(CognitoAuthGuard).useValue(authenticateAs(user))
 * ```
 * @param user `null` for an anonymous request: 401 where a user is needed.
 * @throws {ConfigurationError} where `NODE_ENV` says production.
 */
export function authenticateAs(user: User | null): CanActivate {
  if (!isDevelopment()) {
    throw new ConfigurationError(`authenticateAs() is for tests: it is refused with ${productionMode()}`)
  }
  return new StandInGuard(user)
}
