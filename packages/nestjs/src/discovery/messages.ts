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

/** Metadata of `@MessagePattern()` and `@EventPattern()`, and of `@RabbitSubscribe()` and `@RabbitRPC()` of golevelup. */
const MESSAGES = ['microservices:pattern', 'RABBIT_HANDLER']

/** Warns of message handlers that are not `@Public()`, where something asks for a user. */
export function warnOfMessages(modules: ModulesContainer): void {
  const isGlobal = hasGlobalGuard(modules)
  const refused = classesIn(modules).flatMap(({ type }) =>
    [...methodsOf(type)]
      .filter(([, method]) => MESSAGES.some((key) => Reflect.hasMetadata(key, method)))
      .filter(([, method]) => {
        const access = handlerAccess(method, type) ?? (isGlobal ? REQUIRED : undefined)
        return access !== undefined && access.mode !== 'public'
      })
      .map(([name]) => `${type.name}.${name}`),
  )
  if (refused.length === 0) return
  warn(
    `CognitoAuthGuard refuses every message that it is asked about, which bring no tokens of the load balancer: ${refused.join(', ')}. Put @Public() on these handlers, and protect the queue or the port itself`,
    'COGNITO_AUTH_MESSAGES',
  )
}
