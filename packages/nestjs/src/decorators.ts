/**
 * What a handler asks of its users, and who they are.
 *
 * @module
 */

import type { User } from '@cognito-auth/core'
import { userOf } from '@cognito-auth/core/adapter'
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
  UseGuards,
} from '@nestjs/common'
import { type AccessDecorator, groupsDemand, markDemand, markMode } from './access/access.js'
import { checkAtStart } from './discovery/start-up-check.js'
import { misuse } from './transports/http.js'
import { transportOf } from './transports/transports.js'
import { accessOf, CognitoAuthGuard } from './guard.js'

function guarded(decorator: AccessDecorator): AccessDecorator {
  const both = applyDecorators(decorator, UseGuards(CognitoAuthGuard)) as AccessDecorator
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    both(target as never, key as never, descriptor as never)
    if (key !== undefined) checkAtStart(target)
  }
}

/**
 * Lets everybody reach a handler, or all handlers of a class, past a guard of the class or the app. Nothing is
 * verified, and `@AuthUser()` is `null`. A handler wins over its class.
 */
export function Public(): AccessDecorator {
  return markMode('public')
}

/**
 * Lets anonymous people through: `@AuthUser()` is `null` for them. Bad tokens are still refused, and so is who is
 * signed in and may not come in. Brings the guard.
 */
export function OptionalAuth(): AccessDecorator {
  return guarded(markMode('optional'))
}

/**
 * Admits members of at least one of the groups; admins only if they are members. Brings the guard. On a class and on
 * its handler: both are asked.
 *
 * @throws {ConfigurationError} without a group: a route that nobody can reach is a mistake.
 */
export function RequireGroups(...groups: string[]): AccessDecorator {
  return guarded(markDemand(groupsDemand(groups)))
}

/** Admits app admins and platform admins. Brings the guard. */
export function RequireAdmin(): AccessDecorator {
  return guarded(markDemand({ kind: 'admin' }))
}

type Pipe = Type<PipeTransform> | PipeTransform

/** {@link AuthUser} as a type. */
export interface AuthUserDecorator {
  /** The user; `null` for nobody, where `@OptionalAuth()` or `@Public()` welcomes nobody too. */
  (...pipes: Pipe[]): ParameterDecorator
  /** One property of the user; `null` for nobody. */
  (property: keyof User, ...pipes: Pipe[]): ParameterDecorator
}

function readUser(property: keyof User | undefined, context: ExecutionContext): unknown {
  const user = userOf(transportOf(context).requestOf(context))
  if (user === undefined && accessOf(context).mode !== 'public') {
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

/**
 * The user that the guard let in, or one property of it.
 *
 * Where nothing protected the handler, the answer is 500: what others wrote to `request.user` does not count.
 *
 * @example
 * ```ts
 * @Get() hello(@AuthUser() user: User, @AuthUser('email') email: string) {}
 * ```
 */
export const AuthUser: AuthUserDecorator = createParamDecorator(readUser) as AuthUserDecorator
