/** An app for each test, and one load balancer for all of a file. */
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { beforeAll, beforeEach } from 'vitest'
import { cognitoAuth, type FastifyAuthOptions } from '../src/index.js'
import { authoriser, signedIn } from './apps.js'

export let alb: TestAlb
/** Of somebody who may come in. */
export let headers: Record<string, string>
export let app: FastifyInstance

/** Sets up what the others need; to be called once, outside of tests. */
export function useFreshApp(): void {
  beforeAll(async () => {
    alb = await createTestAlb()
    headers = await alb.headersFor(signedIn)
  })
  beforeEach(() => renewApp())
}

/** Puts another app in the place of the test's. */
export function renewApp(options: FastifyServerOptions = {}): void {
  app = Fastify(options)
}

export async function protect(options: FastifyAuthOptions = {}): Promise<void> {
  await app.register(cognitoAuth, { ...alb.options, authoriser, ...options })
}
