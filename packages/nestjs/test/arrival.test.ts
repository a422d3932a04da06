/** Tokens are judged by when their request arrived, not by when its body was read. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest, type Server } from 'node:http'
import { createTestAlb } from '@cognito-auth/testing'
import { Body, Controller, Module, Post } from '@nestjs/common'
import { describe, expect, test, vi } from 'vitest'
import { AuthUser, CognitoAuthModule, Public } from '../src/index.js'
import { authoriser, create, listen, platforms, signedIn, stranger } from './apps.js'

@Module({})
class AppModule {}

@Controller()
class Uploads {
  @Post('upload')
  upload(@AuthUser('email') email: string, @Body() body: object): object {
    return { email, body }
  }

  @Public()
  @Post('public')
  public(@AuthUser() user: unknown): object {
    return { user }
  }
}

/** Sends headers, waits, and then the body. */
async function sendSlowly(
  url: string,
  headers: Record<string, string>,
  wait: () => Promise<unknown>,
): Promise<{ status: number | undefined; body: string }> {
  const body = JSON.stringify({ a: 1 })
  const sent = httpRequest(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'content-length': String(body.length) },
  })
  sent.flushHeaders()
  await wait()
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, body: text }
}

describe.each(platforms)('on $platform', ({ platform }) => {
  async function start() {
    const alb = await createTestAlb()
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true })]
    const app = await create({ module: AppModule, imports, controllers: [Uploads] }, platform)
    const arrived = once(app.getHttpServer() as Server, 'request')
    return { alb, origin: await listen(app), arrived }
  }

  test('a body that takes longer than the token lasts is accepted', async () => {
    const { alb, origin, arrived } = await start()
    const authenticated = new Promise<void>((resolve) => {
      const onEvent = (): void => {
        unsubscribe('cognito-auth:authenticated', onEvent)
        resolve()
      }
      subscribe('cognito-auth:authenticated', onEvent)
    })
    const answer = await sendSlowly(`${origin}/upload`, await alb.headersFor(signedIn), async () => {
      await arrived
      // The token is verified before its clock is moved.
      await authenticated
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    })
    vi.useRealTimers()
    expect(answer).toEqual({ status: 201, body: '{"email":"dev@example.com","body":{"a":1}}' })
  })

  test.each([
    { what: 'expired when it arrived', status: 401, of: { fault: 'expired' } as const, who: signedIn },
    { what: 'of a person whom the rules deny', status: 403, of: {}, who: stranger },
  ])('a token $what is refused', async ({ status, of, who }) => {
    const { alb, origin, arrived } = await start()
    const answer = await sendSlowly(`${origin}/upload`, await alb.headersFor(who, of), async () => await arrived)
    expect(answer.status).toBe(status)
  })

  test('a public handler knows nobody, whatever came', async () => {
    const { alb, origin, arrived } = await start()
    const headers = await alb.headersFor(signedIn, { fault: 'bad_signature' })
    const answer = await sendSlowly(`${origin}/public`, headers, async () => await arrived)
    expect(answer).toEqual({ status: 201, body: '{"user":null}' })
  })
})
