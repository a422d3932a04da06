import 'reflect-metadata'
import { AuthUser, CognitoAuthModule } from '@cognito-auth/nestjs'
import { Controller, ForbiddenException, Get, Module, Req, UnauthorizedException } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'

/** What a guard written by hand would be. */
class HandGuard {
  constructor(checkByHand) {
    this.checkByHand = checkByHand
  }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest()
    const claims = await this.checkByHand(request.headers).catch(() => {
      throw new UnauthorizedException()
    })
    if (claims === undefined) throw new ForbiddenException()
    request.claims = claims
    return true
  }
}

/** A controller without decorator syntax, which plain JavaScript does not have. `Param` decorates the one parameter. */
function controller(answer, Param) {
  class Hello {
    hello(given) {
      return { hello: answer(given) }
    }
  }
  Get()(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello'))
  Param()(Hello.prototype, 'hello', 0)
  Controller()(Hello)
  return Hello
}

const CONTROLLERS = {
  without: () => controller(() => 'anybody', Req),
  ours: () => controller((user) => user.name, AuthUser),
  'by hand': () => controller((request) => request.claims.name, Req),
}

/** Starts the app; gives its port. */
export async function listen(way, { options, checkByHand }) {
  // eslint-disable-next-line typescript/no-extraneous-class -- what Nest calls a module
  class App {}
  const imports = way === 'ours' ? [CognitoAuthModule.forRoot({ ...options, global: true })] : []
  Module({ imports, controllers: [CONTROLLERS[way]()] })(App)
  const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false, abortOnError: false })
  if (way === 'by hand') app.useGlobalGuards(new HandGuard(checkByHand))
  await app.listen(0, '127.0.0.1')
  return app.getHttpServer().address().port
}
