/** Fastify apps that listen, for the tests. */

import type { AddressInfo } from 'node:net'
import { Authoriser } from '@cognito-auth/core'
import type { FastifyInstance } from 'fastify'
import { afterAll } from 'vitest'

export const authoriser = Authoriser.fromLists({
  allowedGroups: ['developers', 'admins'],
  adminUsers: ['root@example.com'],
})

export const signedIn = { email: 'dev@example.com', groups: ['developers'] }

const apps: { close(): unknown }[] = []

afterAll(async () => {
  for (const app of apps) await app.close()
})

/** Starts an app on a free port. */
export async function listen(app: Pick<FastifyInstance, 'listen' | 'server' | 'close'>): Promise<string> {
  apps.push(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}
