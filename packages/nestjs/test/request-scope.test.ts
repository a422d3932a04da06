/** Options of the module that would be made for each request: an app with such does not start. */

import { Controller, Get, Injectable, Module, Scope, UseGuards } from '@nestjs/common'
import { REQUEST } from '@nestjs/core'
import { expect, test } from 'vitest'
import {
  type CognitoAuth,
  CognitoAuthGuard,
  CognitoAuthModule,
  type CognitoAuthModuleAsyncOptions,
  type CognitoAuthOptions,
  type CognitoAuthOptionsFactory,
} from '../src/index.js'
import { authoriser, create } from './apps.js'
import { alb, useModuleApps } from './module-app.js'

useModuleApps()

@Injectable({ scope: Scope.REQUEST, durable: true })
class Tenant {}

@Module({ providers: [Tenant], exports: [Tenant] })
class TenantModule {}

@Injectable({ scope: Scope.REQUEST })
class Settings implements CognitoAuthOptionsFactory {
  createCognitoAuthOptions(): CognitoAuthOptions | CognitoAuth {
    return { ...alb.options, authoriser }
  }
}

@Controller()
class Silent {
  @Get()
  all(): object {
    return { ok: true }
  }
}

@UseGuards(CognitoAuthGuard)
@Controller('guarded')
class Guarded {
  @Get()
  all(): object {
    return { ok: true }
  }
}

const useFactory = (): CognitoAuthOptions => ({ ...alb.options, authoriser })
const scoped: { what: string; options: CognitoAuthModuleAsyncOptions }[] = [
  { what: 'the request', options: { inject: [REQUEST], useFactory } },
  { what: 'a durable provider', options: { imports: [TenantModule], inject: [Tenant], useFactory } },
  { what: 'a class made for each request', options: { useClass: Settings } },
]

test.each(
  scoped.flatMap((one) => [
    { ...one, global: true },
    { ...one, global: false },
  ]),
)('$what in options keeps an app from starting, with global: $global', async ({ options, global }) => {
  const module = CognitoAuthModule.forRootAsync({ ...options, global, everything: global })

  @Module({ imports: [module], controllers: [Silent, Guarded] })
  class Root {}
  const start = async (): Promise<unknown> => await (await create(Root)).init()
  // Nest 12, and late releases of 11, say so themselves.
  await expect(start()).rejects.toThrow(/made for each request \(Scope\.REQUEST|depends on a request-scoped provider/)
})
