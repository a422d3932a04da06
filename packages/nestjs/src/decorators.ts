/**
 * What a handler asks of its users, and who they are.
 *
 * @module
 */

import { ConfigurationError, type User } from '@cognito-auth/core'
import { userOf } from '@cognito-auth/core/adapter'
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
  UseGuards,
} from '@nestjs/common'
import {
  type AccessDecorator,
  descriptorOf,
  groupsDemand,
  markDemand,
  markMode,
  scopesDemand,
} from './access/access.js'
import { checkAtStart } from './discovery/start-up-check.js'
import { misuse } from './transports/http.js'
import { transportOf } from './transports/transports.js'
import { accessOf, CognitoAuthGuard } from './guard.js'

function guarded(decorator: AccessDecorator): AccessDecorator {
  const both = applyDecorators(decorator, UseGuards(CognitoAuthGuard)) as AccessDecorator
  return (target: object, key?: string | symbol, given?: PropertyDescriptor) => {
    both(target as never, key as never, descriptorOf(target, key, given) as never)
    if (key !== undefined) checkAtStart(target)
  }
}

/**
 * `@RequireAdmin` without `()` is given what it stands on, and would ask nothing. It does not compile, but many apps are
 * run without a type check.
 */
function refuseUncalled(name: string, given: readonly unknown[]): void {
  if (given.length > 0) throw new ConfigurationError(`@${name}() takes nothing, and is written with (): @${name}()`)
}

/**
 * Opens a handler, or all handlers that a class itself declares, past a guard of the class or the app. Nothing is
 * verified, and `@AuthUser()` is `null`. A handler wins over its class. A class that extends a public one says so itself.
 */
export function Public(): AccessDecorator
export function Public(...given: never[]): AccessDecorator {
  refuseUncalled('Public', given)
  return markMode('public')
}

/**
 * Also allows anonymous requests: `@AuthUser()` is `null` for them. Bad tokens are still refused, and so are users whom
 * the rules deny. Brings the guard. On a class it counts for the handlers that this class itself declares.
 */
export function OptionalAuth(): AccessDecorator
export function OptionalAuth(...given: never[]): AccessDecorator {
  refuseUncalled('OptionalAuth', given)
  return guarded(markMode('optional'))
}

/**
 * Allows members of at least one of the groups; admins only if they are members. Brings the guard. On a class and on
 * its handler: both are asked.
 *
 * @throws {ConfigurationError} without a group: the route could never be reached.
 */
export function RequireGroups(...groups: string[]): AccessDecorator {
  return guarded(markDemand(groupsDemand(groups)))
}

/** Allows app admins and platform admins. Brings the guard. */
export function RequireAdmin(): AccessDecorator
export function RequireAdmin(...given: never[]): AccessDecorator {
  refuseUncalled('RequireAdmin', given)
  return guarded(markDemand({ kind: 'admin' }))
}

/**
 * Allows users whose access token has every one of the scopes: that of a session behind the load balancer, or a bearer
 * token. Brings the guard. On a class and on its handler: both are asked.
 *
 * Others are refused with `insufficient_scope`, 403, and the scopes in `WWW-Authenticate` (RFC 6750 section 3).
 *
 * @throws {ConfigurationError} without a scope, and for one with spaces, quotes or control characters. Under `groupsClaim`
 *   the app does not start: no access token is read.
 */
export function RequireScopes(...scopes: string[]): AccessDecorator {
  return guarded(markDemand(scopesDemand(scopes)))
}

type Pipe = Type<PipeTransform> | PipeTransform

/** {@link AuthUser} as a type. */
export interface AuthUserDecorator {
  /** The user; `null` for an anonymous request, where `@OptionalAuth()` or `@Public()` allows it. */
  (...pipes: Pipe[]): ParameterDecorator
  /** One property of the user; `null` for an anonymous request. */
  (property: keyof User, ...pipes: Pipe[]): ParameterDecorator
}

/** The user of the request; `undefined` for a public handler whose message brings none, such as that of a queue. */
function findUser(isPublic: boolean, context: ExecutionContext): User | null | undefined {
  try {
    return userOf(transportOf(context).requestOf(context))
  } catch (error) {
    if (isPublic) return undefined
    throw error
  }
}

function readUser(property: keyof User | undefined, context: ExecutionContext): unknown {
  const isPublic = accessOf(context).mode === 'public'
  const user = findUser(isPublic, context)
  if (user === undefined && !isPublic) {
    throw misuse(
      '@AuthUser() in a handler that nothing protects: put @UseGuards(CognitoAuthGuard) on it, or import CognitoAuthModule.forRoot({ global: true })',
      context,
    )
  }
  if (user === undefined || user === null) return null
  if (property === undefined) return user
  if (property in user) return user[property]
  throw misuse(`@AuthUser('${property}'): a user has no such property`, context)
}

const userParam = createParamDecorator(readUser) as AuthUserDecorator

/**
 * The user that the guard allowed, or one property of it.
 *
 * Where nothing protected the handler, the answer is 500: what others wrote to `request.user` does not count.
 *
 * @example
 * ```ts
 * @Get() hello(@AuthUser() user: User, @AuthUser('email') email: string) {}
 * ```
 */
export const AuthUser: AuthUserDecorator = (...given: readonly unknown[]) => {
  // Without `()` it is given the parameter's index, and the handler would be given the request in the place of a user.
  if (typeof given[2] === 'number') throw new ConfigurationError('@AuthUser is written with (): @AuthUser()')
  return userParam(...(given as Pipe[]))
}
