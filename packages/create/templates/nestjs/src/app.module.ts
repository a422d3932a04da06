import type { CognitoAuthOptions } from '@cognito-auth/core'
import { CognitoAuthModule } from '@cognito-auth/nestjs'
import { type DynamicModule, Module } from '@nestjs/common'
import { AppController } from './app.controller.js'

@Module({ controllers: [AppController] })
export class AppModule {
  /** @param options Beside those of the environment; tests give their own. */
  static create(options: CognitoAuthOptions = {}): DynamicModule {
    // Every path needs a user, whatever answers it, but handlers that are @Public()
    return { module: AppModule, imports: [CognitoAuthModule.forRoot({ ...options, global: true, everything: true })] }
  }
}
