/** What outlives its request ends when the access token of its user does. */

import { EventEmitter, on, once } from 'node:events'
import { createTestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { Controller, type DynamicModule, Module, Sse, UseGuards } from '@nestjs/common'
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql'
import { interval, map, type Observable } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CognitoAuthGuard, CognitoAuthModule, OptionalAuth } from '../src/index.js'
import { authoriser, create, listen, platforms, signedIn } from './apps.js'

@Module({})
class AppModule {}

const ticks = (): Observable<{ data: string }> => interval(20).pipe(map((count) => ({ data: `tick ${count}` })))

@Controller()
class Streams {
  @UseGuards(CognitoAuthGuard)
  @Sse('guarded')
  guarded(): Observable<{ data: string }> {
    return ticks()
  }

  @OptionalAuth()
  @Sse('optional')
  optional(): Observable<{ data: string }> {
    return ticks()
  }
}

/** Reads a stream until it ends, or until there is enough of it. */
async function readAll(response: Response, enough = Infinity): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk as Uint8Array)
      if (text.length > enough) break
    }
  } catch {
    return `${text}[ended]`
  }
  return text
}

describe.each(platforms)('server-sent events on $platform', ({ platform }) => {
  async function start(accessTokenLifetimeSeconds: number) {
    const alb = await createTestAlb({ accessTokenLifetimeSeconds })
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser })]
    const origin = await listen(await create({ module: AppModule, imports, controllers: [Streams] }, platform))
    return { origin, headers: await alb.headersFor(signedIn) }
  }

  test('end when the access token expires, also where anonymous requests are allowed', async () => {
    const { origin, headers } = await start(4)
    const read = async (path: string): Promise<string> => await readAll(await fetch(origin + path, { headers }))
    for (const text of await Promise.all([read('/guarded'), read('/optional')])) {
      expect(text).toContain('data: tick 0')
      expect(text).toContain('[ended]')
    }
    expect((await fetch(`${origin}/guarded`, { headers })).status).toBe(401)
  })

  test('of an anonymous request have nothing that expires', async () => {
    const { origin } = await start(4)
    const text = await readAll(await fetch(`${origin}/optional`), 500)
    expect(text).not.toContain('[ended]')
  })
})

test('subscriptions end where the context is the request alone', async () => {
  @Resolver()
  class News {
    @Query(() => String)
    open(): string {
      return 'open'
    }

    @UseGuards(CognitoAuthGuard)
    @Subscription(() => String, { resolve: ([value]: [string]) => value })
    news(): AsyncIterator<unknown> {
      const source = new EventEmitter()
      setImmediate(() => source.emit('news', 'first'))
      return on(source, 'news')
    }
  }
  const alb = await createTestAlb({ accessTokenLifetimeSeconds: 4 })
  const module: DynamicModule = {
    module: AppModule,
    imports: [
      CognitoAuthModule.forRoot({ ...alb.options, authoriser }),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        playground: false,
        subscriptions: { 'graphql-ws': true },
        context: (given: { req?: object; extra?: { request: object } }) => ({ req: given.req ?? given.extra?.request }),
      }),
    ],
    providers: [News],
  }
  const origin = await listen(await create(module))
  const headers = await alb.headersFor(signedIn)
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
  const types: string[] = []
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })))
  socket.on('message', (data: Buffer) => {
    const { type } = JSON.parse(data.toString('utf8')) as { type: string }
    types.push(type)
    if (type !== 'connection_ack') return
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { news }' } }))
  })
  await once(socket, 'close')
  expect(types).toEqual(['connection_ack', 'next'])
})
