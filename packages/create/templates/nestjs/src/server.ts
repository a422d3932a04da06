import 'reflect-metadata'
import { CognitoAuth } from '@cognito-auth/core'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.js'

const app = await NestFactory.create(AppModule.create())
await app.get(CognitoAuth).warmUp() // without its rules the app does not start, and does not pass its health check
app.enableShutdownHooks()
await app.listen(process.env['PORT'] ?? 3000)
