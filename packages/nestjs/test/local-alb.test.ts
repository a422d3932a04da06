/** Behind the local load balancer, refusals say which check failed; elsewhere they do not. */

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createTestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, Module, UseGuards } from '@nestjs/common'
import { WsAdapter } from '@nestjs/platform-ws'
import { WebSocketGateway } from '@nestjs/websockets'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CognitoAuthGuard, CognitoAuthModule } from '../src/index.js'
import { authoriser, create, listen } from './apps.js'

@Module({})
class AppModule {}

@UseGuards(CognitoAuthGuard)
@WebSocketGateway({ path: '/ws' })
class Gateway {}

@Controller()
class Hello {
  @Get()
  hello(): object {
    return { ok: true }
  }
}

test.each([
  { localAlb: 'http://127.0.0.1:1', reason: 'missing_token' },
  { localAlb: undefined, reason: undefined },
])('with localAlb $localAlb the reason is $reason', async ({ localAlb, reason }) => {
  const { fetch: _, ...options } = (await createTestAlb()).options
  const given = { ...options, authoriser, ...(localAlb !== undefined && { localAlb }) }
  const imports = [CognitoAuthModule.forRoot({ ...given, global: true, everything: true })]
  const app = await create({ module: AppModule, imports, controllers: [Hello], providers: [Gateway] })
  app.useWebSocketAdapter(new WsAdapter(app))
  const origin = await listen(app)
  for (const path of ['/', '/nothing']) {
    const response = await sendRaw(origin, { path })
    expect(response.status).toBe(401)
    expect(response.headers['x-cognito-auth-reason']).toBe(reason)
  }
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`)
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  expect(response.statusCode).toBe(401)
  expect(response.headers['x-cognito-auth-reason']).toBe(reason)
  socket.terminate()
})
