/**
 * A test load balancer, and a `CognitoAuth` that trusts it.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterAll, afterEach, beforeEach, vi } from 'vitest'
import { CognitoAuth } from '../src/index.js'

export const folder = mkdtempSync(join(tmpdir(), 'cognito-auth-'))
export const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/test-alb/0123456789abcdef'
export const dev = { email: 'dev@example.com', groups: ['developers'] }
export let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

afterAll(() => rmSync(folder, { recursive: true }))

export function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

export function make(options: object = {}): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser: null, ...options })
}
