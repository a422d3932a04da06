/** Real Express apps of both majors, for the tests. */

import { createServer, type RequestListener, Server } from 'node:http'
import { Authoriser } from '@cognito-auth/core'
import express5 from 'express'
import express4 from 'express4'
import { afterAll } from 'vitest'

export const majors = [
  { version: 'Express 5', express: express5 },
  // The two majors' types differ in nothing that is used here.
  { version: 'Express 4', express: express4 as unknown as typeof express5 },
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

/** Starts a server, or one for a handler, on a free port. */
export async function listen(app: RequestListener | Server): Promise<string> {
  const server = app instanceof Server ? app : createServer(app)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}
