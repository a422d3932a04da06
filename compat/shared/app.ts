/**
 * An app as a user of the package writes it, with the whole API. Compiled by `tsc` with decorator metadata, to
 * CommonJS for Nest 10 and 11 and to an ES module for Nest 12, and type-checked together with all declarations.
 */

import type { CognitoAuthOptions, User } from '@cognito-auth/core'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  type CognitoAuthOptionsFactory,
  OptionalAuth,
  Public,
  RequireAdmin,
  RequireGroups,
} from '@cognito-auth/nestjs'
import { authenticateAs } from '@cognito-auth/nestjs/testing'
import { Controller, Get, type INestApplication, Injectable, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'

let given: CognitoAuthOptions = {}

@Injectable()
class Settings implements CognitoAuthOptionsFactory {
  createCognitoAuthOptions(): CognitoAuthOptions {
    return given
  }
}

@Controller()
class AppController {
  // By its type, which decorator metadata carries.
  constructor(private readonly settings: Settings) {}

  @Get()
  me(@AuthUser() user: User, @AuthUser('email') email: string): object {
    return { email, same: user.email === email, hasSettings: this.settings instanceof Settings }
  }

  @Public()
  @Get('health')
  health(): object {
    return { ok: true }
  }

  @OptionalAuth()
  @Get('maybe')
  maybe(@AuthUser('email') email: string | null): object {
    return { email }
  }

  @RequireGroups('admins')
  @RequireAdmin()
  @Get('admin')
  admin(): object {
    return { ok: true }
  }
}

@UseGuards(CognitoAuthGuard)
@WebSocketGateway()
class AppGateway {
  @SubscribeMessage('me')
  me(@AuthUser('email') email: string): object {
    return { event: 'me', data: email }
  }
}

@Module({
  imports: [CognitoAuthModule.forRootAsync({ useClass: Settings, global: true })],
  controllers: [AppController],
  providers: [AppGateway, Settings],
})
class AppModule {}

/** Makes the app. */
export async function createApp(options: CognitoAuthOptions): Promise<INestApplication> {
  given = options
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false })
  app.useWebSocketAdapter(new WsAdapter(app))
  return app
}

/** What an app's own tests use. */
export const standIn: typeof authenticateAs = authenticateAs
