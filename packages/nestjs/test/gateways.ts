/** Gateways on real sockets, for the tests. */

import { type TestAlb } from '@cognito-auth/testing'
import {
  type ArgumentsHost,
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  Module,
  type Type,
  UseFilters,
} from '@nestjs/common'
import type { User } from '@cognito-auth/core'
import { BaseWsExceptionFilter, SubscribeMessage, WsException } from '@nestjs/websockets'
import { afterEach, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { AuthUser, CognitoAuthModule, RequireGroups } from '../src/index.js'
import { authoriser } from './apps.js'

/** Headers of a handshake. */
export type Headers = { [name: string]: string }

const clients: { close(): unknown }[] = []

/** After each test. */
export function closeClients(): void {
  vi.useRealTimers()
  for (const client of clients.splice(0)) client.close()
}
afterEach(closeClients)

/** Has a client closed after the test. */
export function closed<Client extends { close(): unknown }>(client: Client): Client {
  clients.push(client)
  return client
}

@Module({})
export class AppModule {}

/** An app of these gateways, protected by the module. */
export function appModule(alb: TestAlb, providers: Type[], more: object = {}): DynamicModule {
  return {
    module: AppModule,
    imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, ...more })],
    providers,
  }
}

/** What Nest 12 does by itself: in Nest 10 and 11 the default filter leaves clients of `ws` without an answer. */
@Catch(WsException)
class Teller extends BaseWsExceptionFilter implements ExceptionFilter {
  override catch(exception: WsException, host: ArgumentsHost): void {
    const client = host.switchToWs().getClient<Partial<WebSocket>>()
    // By its shape: adapters have a `ws` of their own.
    if (client.readyState === undefined) return super.catch(exception, host)
    client.send?.(JSON.stringify({ event: 'exception', data: exception.getError() }))
  }
}

/** Handlers of all gateways of the tests. */
@UseFilters(Teller)
export class Handlers {
  @SubscribeMessage('me')
  me(@AuthUser() user: User): object {
    return { event: 'me', data: user.email }
  }

  @RequireGroups('admins')
  @SubscribeMessage('admins')
  admins(): object {
    return { event: 'admins', data: 'ok' }
  }
}
