/**
 * A test load balancer, apps that accept bearer tokens of its user pool, and what they answer.
 *
 * @module
 */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, vi } from 'vitest'
import { CognitoAuth, type CognitoAuthOptions, type HeadersInput } from '../src/index.js'

export const CLI = 'cli-client'
export const JOB = 'nightly-job'
export const READ = 'my-api/read'
export const WRITE = 'my-api/write'
export const alb: TestAlb = await createTestAlb()

beforeEach(() => {
  alb.goOnline()
  alb.requests.splice(0)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** An app for both; `albArn: null` for bearer tokens only. */
export function make(options: Partial<CognitoAuthOptions> = {}): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser: null, bearer: { clientId: [CLI, JOB] }, ...options })
}

export function bearerOnly(options: Partial<CognitoAuthOptions> = {}): CognitoAuth {
  const { userPoolId, fetch } = alb.options
  return new CognitoAuth({ userPoolId, fetch, authoriser: null, bearer: { clientId: [CLI, JOB] }, ...options })
}

/** Code and reason of a refusal, or who was accepted. */
export async function outcome(auth: CognitoAuth, headers: HeadersInput): Promise<string> {
  try {
    const { clientId, kind } = await auth.requireUser(headers)
    return `${kind} of ${clientId}`
  } catch (error) {
    const { code, reason } = error as { code: string; reason?: string }
    return reason === undefined ? code : `${code}/${reason}`
  }
}

export async function job(options = {}): Promise<{ authorization: string }> {
  return await alb.bearerFor({ clientId: JOB }, options)
}
