/** HTTP/2, which a load balancer speaks to targets that ask for it. */

import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { Controller, Get } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import { expect, onTestFinished, test } from 'vitest'
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

async function statusOf(session: ClientHttp2Session, path: string): Promise<number> {
  const stream = session.request({ ':path': path, ':authority': 'app.example', accept: 'text/html' })
  const [answer] = (await once(stream, 'response')) as [{ ':status': number }]
  stream.resume()
  await once(stream, 'end')
  return answer[':status']
}

test.each([{ everything: false }, { everything: true }])(
  'a redirect to where the request is already is none, with %o',
  async ({ everything }) => {
    const redirectUrl = 'https://app.example/denied'
    const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser, redirectUrl, global: true, everything })
    const module = await Test.createTestingModule({ imports: [auth], controllers: [Cats] }).compile()
    const app = module.createNestApplication(new FastifyAdapter({ http2: true }) as never, { logger: false })
    const session = connect(await listen(app))
    onTestFinished(() => void session.close())
    expect([await statusOf(session, '/'), await statusOf(session, '/denied')]).toEqual([302, 401])
  },
)
