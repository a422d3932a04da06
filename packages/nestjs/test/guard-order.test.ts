/** Guards of an app's own beside the guard for the whole app: which of them find the user. */

import { type CanActivate, Controller, type ExecutionContext, Get, Module, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import type { User } from '@cognito-auth/core'
import { expect, test } from 'vitest'
import { create, listen, signedIn } from './apps.js'
import { alb, appOf, useModuleApps } from './module-app.js'

useModuleApps()

const seen: [name: string, email: string | undefined][] = []

function guardNamed(name: string): CanActivate {
  return {
    canActivate(context: ExecutionContext) {
      seen.push([name, context.switchToHttp().getRequest<{ user?: User }>().user?.email])
      return true
    },
  }
}

@UseGuards(guardNamed('of a class'))
@Controller()
class Cats {
  @Get()
  all(): object {
    return { ok: true }
  }
}

@Module({ providers: [{ provide: APP_GUARD, useValue: guardNamed('of a module imported later') }] })
class LaterModule {}

test('those of the root module are asked before there is a user, and others after', async () => {
  const providers = [{ provide: APP_GUARD, useValue: guardNamed('of the root module') }]
  const app = await create(appOf({ global: true, imports: [LaterModule], controllers: [Cats], providers }))
  app.useGlobalGuards(guardNamed('of useGlobalGuards()'))
  const origin = await listen(app)
  expect((await fetch(origin, { headers: await alb.headersFor(signedIn) })).status).toBe(200)
  expect(seen).toEqual([
    ['of the root module', undefined],
    ['of a module imported later', signedIn.email],
    ['of useGlobalGuards()', signedIn.email],
    ['of a class', signedIn.email],
  ])
})
