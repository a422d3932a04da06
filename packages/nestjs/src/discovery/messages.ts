/**
 * Finds handlers of microservices and queues that the guard refuses: their messages do not come through the load
 * balancer, and bring no tokens.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'
import { REQUIRED } from '../access/access.js'
import { handlerAccess, methodsOf } from '../access/stated.js'
import { warn } from '../warn.js'
import { hasGlobalGuard } from './global-guard.js'
import { classesIn } from './handlers.js'

/** Metadata of `@MessagePattern()` and `@EventPattern()`. */
const PATTERN = 'microservices:pattern'
/** And of `@RabbitSubscribe()` and `@RabbitRPC()` of golevelup. */
const MESSAGES = [PATTERN, 'RABBIT_HANDLER']

/** A handler that asks for a user, by itself or by a guard for the whole app alone. */
interface Refused {
  readonly name: string
  /** Whether Nest asks only what it is told is global: not in each part of a hybrid app. */
  readonly isOpenInHybrid: boolean
}

function refusedIn(modules: ModulesContainer): Refused[] {
  const isGlobal = hasGlobalGuard(modules)
  return classesIn(modules).flatMap(({ type }) =>
    [...methodsOf(type)]
      .filter(([, method]) => MESSAGES.some((key) => Reflect.hasMetadata(key, method)))
      .flatMap(([name, method]) => {
        const stated = handlerAccess(method, type)
        const access = stated ?? (isGlobal ? REQUIRED : undefined)
        if (access === undefined || access.mode === 'public') return []
        const isOpenInHybrid = stated === undefined && Reflect.hasMetadata(PATTERN, method)
        return [{ name: `${type.name}.${name}`, isOpenInHybrid }]
      }),
  )
}

/** Warns of message handlers that are not `@Public()`, where something asks for a user. */
export function warnOfMessages(modules: ModulesContainer): void {
  const refused = refusedIn(modules)
  if (refused.length === 0) return
  const names = (some: readonly Refused[]): string => some.map(({ name }) => name).join(', ')
  const open = refused.filter(({ isOpenInHybrid }) => isOpenInHybrid)
  const hybrid =
    open.length === 0
      ? ''
      : `. In a hybrid app Nest asks no global guard for messages without inheritAppConfig: true in connectMicroservice(): there these are open: ${names(open)}`
  warn(
    `CognitoAuthGuard refuses every message that it is asked about, which bring no tokens of the load balancer: ${names(refused)}. Put @Public() on these handlers, and protect the queue or the port itself${hybrid}`,
    'COGNITO_AUTH_MESSAGES',
  )
}
