/**
 * A test load balancer, and an adapter that trusts it.
 *
 * @module
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { createRemixAuth, type RemixAuth, type RemixAuthOptions } from '../src/index.js'
import { FLAGGED_FRAMEWORKS, FRAMEWORKS } from './frameworks.js'

export const origin = 'http://app.example'
export const ada = { email: 'ada@example.com', name: 'Ada the Name', groups: ['developers'] }
export let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

export function authWith(options: RemixAuthOptions = {}): RemixAuth {
  return createRemixAuth({ ...alb.options, authoriser: null, ...options })
}

export async function requestOf(user?: object, path = '/', headers: Record<string, string> = {}): Promise<Request> {
  return new Request(origin + path, { headers: { ...(user && (await alb.headersFor(user))), ...headers } })
}

export async function thrownBy(promise: Promise<unknown>): Promise<Response> {
  const thrown = await promise.then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(Response)
  return thrown as Response
}

/** How often tokens are verified while something runs. */
export async function verificationsOf(run: () => Promise<unknown>): Promise<number> {
  let verified = 0
  const count = (): void => void verified++
  subscribe('cognito-auth:authenticated', count)
  try {
    await run()
  } finally {
    unsubscribe('cognito-auth:authenticated', count)
  }
  return verified
}

export const everyFramework = [...FRAMEWORKS, ...FLAGGED_FRAMEWORKS]

/** A `<Form method="post">` of the browser's router. */
export function formOf(path: string): Request {
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'sec-fetch-mode': 'cors' }
  return new Request(origin + path, { method: 'POST', headers, body: '' })
}

export const withMiddleware = everyFramework.filter(({ hasMiddleware }) => hasMiddleware)
