/** Real Koa apps of both majors, for the tests. */

import { createServer, type RequestListener } from 'node:http'
import type { Server } from 'node:net'
import { Authoriser } from '@cognito-auth/core'
import Koa3 from 'koa'
import Koa2 from 'koa2'
import { afterAll } from 'vitest'

export const majors = [
  { version: 'Koa 3', Koa: Koa3 },
  { version: 'Koa 2', Koa: Koa2 as unknown as typeof Koa3 },
]

export const authoriser = Authoriser.fromLists({
  allowedGroups: ['developers', 'admins'],
  adminUsers: ['root@example.com'],
})

export const signedIn = { email: 'dev@example.com', groups: ['developers'] }

const servers: Server[] = []

afterAll(() => {
  for (const server of servers) server.close()
})

/** Starts a server on a free port. */
export async function listenTo(handler: RequestListener | Server): Promise<string> {
  const server = typeof handler === 'function' ? createServer(handler) : handler
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** Starts an app on a free port. */
export async function listen(app: Koa3): Promise<string> {
  // Koa prints errors that reach it; here they are expected.
  app.silent = true
  return await listenTo(app.callback())
}
