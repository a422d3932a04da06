import { CognitoAuth, type User } from '@cognito-auth/core'
import { AuthUser, CognitoAuthModule, Public, RequireGroups } from '@cognito-auth/nestjs'
import { Controller, Get, Header, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { greeting, reports } from 'example-page'

@Controller()
class AppController {
  // The load balancer's health check.
  @Public()
  @Get('health')
  health() {
    return { ok: true }
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  hello(@AuthUser() user: User) {
    return greeting('NestJS', user)
  }

  @RequireGroups('admins')
  @Get('reports')
  @Header('content-type', 'text/html; charset=utf-8')
  reports() {
    return reports('NestJS')
  }

  // A user is plain data: no tokens or claims go out with it.
  @Get('api/me')
  me(@AuthUser() user: User) {
    return user
  }
}

// Every handler needs a user whom the rules allow, but for what is @Public(). Everyone may sign out.
@Module({
  imports: [CognitoAuthModule.forRoot({ global: true, signOutPath: '/logout' })],
  controllers: [AppController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] })
// A config that cannot be read stops the app here, rather than answer every page with 500.
await app.get(CognitoAuth).warmUp()
await app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1')
console.log(`NestJS example at ${await app.getUrl()}`)
