import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { closeAtExpiry, type CognitoAuthError } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { cognitoAuth } from '../src/index.js'
import { authoriser, listenTo, majors, signedIn } from './apps.js'

const clients: WebSocket[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.terminate()
})

describe.each(majors)('WebSockets beside $version', ({ Koa }) => {
  /** An app that is protected, and an upgrade that asks for itself: middleware does not see upgrades. */
  async function start(alb: TestAlb): Promise<string> {
    const auth = cognitoAuth({ ...alb.options, authoriser })
    const app = new Koa()
    app.use(auth.protect())
    app.use((ctx) => {
      ctx.body = { ok: true }
    })
    const server = createServer(app.callback())
    const sockets = new WebSocketServer({ noServer: true })
    server.on('upgrade', (request: IncomingMessage, socket, head) => {
      auth.requireUser(request.headers).then(
        (user) =>
          sockets.handleUpgrade(request, socket, head, (ws) => {
            closeAtExpiry(ws, user)
            ws.send(user.email)
          }),
        (error: CognitoAuthError) => socket.end(`HTTP/1.1 ${error.status} Refused\r\nConnection: close\r\n\r\n`),
      )
    })
    return await listenTo(server)
  }

  function open(origin: string, headers: { [name: string]: string }): WebSocket {
    const socket = new WebSocket(origin.replace('http', 'ws'), { headers })
    clients.push(socket)
    return socket
  }

  test('somebody who may come in connects, and the app is protected as ever', async () => {
    const alb = await createTestAlb()
    const origin = await start(alb)
    const [message] = (await once(open(origin, await alb.headersFor(signedIn)), 'message')) as [Buffer]
    expect(message.toString()).toBe('dev@example.com')
    expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 401 })
  })

  test.each([
    { who: 'nobody', headersOf: async () => ({}), status: 401 },
    {
      who: 'a bad token',
      headersOf: async (alb: TestAlb) => await alb.headersFor(signedIn, { fault: 'bad_signature' }),
      status: 401,
    },
    {
      who: 'somebody who may not come in',
      headersOf: async (alb: TestAlb) => await alb.headersFor({ groups: ['visitors'] }),
      status: 403,
    },
    {
      who: 'somebody while keys are out of reach',
      headersOf: async (alb: TestAlb) => {
        alb.goOffline()
        return await alb.headersFor(signedIn)
      },
      status: 503,
    },
  ])('an upgrade of $who is refused with $status', async ({ headersOf, status }) => {
    const alb = await createTestAlb()
    const socket = open(await start(alb), await headersOf(alb))
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    expect(response.statusCode).toBe(status)
  })

  test('the socket is closed with 4401 when the access token expires', async () => {
    const alb = await createTestAlb({ accessTokenLifetimeSeconds: 1 })
    const socket = open(await start(alb), await alb.headersFor(signedIn))
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4401)
  })
})
