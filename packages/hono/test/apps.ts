/** Hono apps on a real server, for the tests. */

import type { Server } from 'node:net'
import { Authoriser } from '@cognito-auth/core'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { Hono as OldestHono } from 'hono-oldest'
import { afterAll } from 'vitest'

export const versions = [
  { version: 'Hono 4', Hono },
  // The types differ in nothing that is used here.
  { version: 'Hono 4.0.0', Hono: OldestHono as unknown as typeof Hono },
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

/** Anything that answers requests, of whichever copy of Hono. */
interface App {
  fetch(request: Request, env?: unknown): Response | Promise<Response>
}

/** Starts an app on a free port. */
export async function listen(app: App): Promise<string> {
  return await listenOn(createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) }) as Server)
}

/** Starts a server on a free port. */
export async function listenOn(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}
