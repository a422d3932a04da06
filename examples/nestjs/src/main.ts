import { CognitoAuth, type User } from '@cognito-auth/core'
import { AuthUser, CognitoAuthModule, Public, RequireGroups } from '@cognito-auth/nestjs'
import { Controller, Get, Header, Headers, Inject, Module, Redirect, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { htmlEscape } from 'escape-goat'

@Controller()
class AppController {
  constructor(@Inject(CognitoAuth) private readonly auth: CognitoAuth) {}

  // The load balancer's health check.
  @Public()
  @Get('health')
  health() {
    return { ok: true }
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  hello(@AuthUser() { name, email, groups }: User) {
    return htmlEscape`<!doctype html><html lang="en"><title>Example</title><h1>Hello, ${name}</h1>
<p>You are ${email}, in ${groups.join(', ')}.</p>
<p><a href="/reports">Reports</a> (admins only) · <a href="/api/me">/api/me</a> · <a href="/logout">Sign out</a></p>`
  }

  @RequireGroups('admins')
  @Get('reports')
  @Header('content-type', 'text/html; charset=utf-8')
  reports() {
    return '<!doctype html><html lang="en"><title>Reports</title><h1>Reports</h1><p>Only admins read this.</p>'
  }

  // A user is plain data: no tokens or claims go out with it.
  @Get('api/me')
  me(@AuthUser() user: User) {
    return user
  }

  @Get('logout')
  @Header('cache-control', 'no-store')
  @Redirect()
  async logout(
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) response: { setHeader(name: string, value: readonly string[]): void },
  ) {
    const { location, cookies } = await this.auth.logout(headers)
    response.setHeader('set-cookie', cookies)
    return { url: location }
  }
}

// Everything needs a user who may come in, but for what is @Public().
@Module({ imports: [CognitoAuthModule.forRoot({ global: true })], controllers: [AppController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] })
await app.listen(Number(process.env.PORT ?? 3000))
console.log(`Example app at ${await app.getUrl()}`)
