/** HTTP/2, which a load balancer speaks to targets that ask for it. */

import { statusOverHttp2 } from '@cognito-auth/testing/behaviour'
import { Controller, Get } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import { expect, test } from 'vitest'
import { CognitoAuthModule } from '../src/index.js'
import { authoriser, listen } from './apps.js'
import { alb, useModuleApps } from './module-app.js'

useModuleApps()

@Controller()
class Cats {
  @Get()
  all(): object {
    return { ok: true }
  }

  @Get('denied')
  denied(): object {
    return { ok: true }
  }
}

test.each([{ everything: false }, { everything: true }])(
  'a redirect to where the request is already is none, with %o',
  async ({ everything }) => {
    const redirectUrl = 'https://app.example/denied'
    const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser, redirectUrl, global: true, everything })
    const module = await Test.createTestingModule({ imports: [auth], controllers: [Cats] }).compile()
    const app = module.createNestApplication(new FastifyAdapter({ http2: true }) as never, { logger: false })
    const origin = await listen(app)
    expect([await statusOverHttp2(origin, '/'), await statusOverHttp2(origin, '/denied')]).toEqual([302, 401])
  },
)
