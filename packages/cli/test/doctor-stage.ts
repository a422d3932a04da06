/**
 * A config file, servers in place of AWS, and what `doctor` reports of them.
 *
 * @module
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@cognito-auth/http-kit/ports'
import { createCognitoKey } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect } from 'vitest'
import type { DoctorReport, Finding } from '../src/index.js'
import type { Result } from './command.js'

export const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/test-alb/0123456789abcdef'
export const key = createCognitoKey()
export let folder: string
export let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  await writeFile(join(folder, 'auth-config.json'), '{ "allowed_groups": ["developers"] }')
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
  await rm(folder, { recursive: true })
})

/** `toMatchObject` takes a bare regular expression for an object without members, which everything matches. */
export function matching(pattern: RegExp): string {
  return expect.stringMatching(pattern) as string
}

/** Stands where AWS publishes keys: 404 for a key that is not there, a JWKS for the pool; `Date` as Node writes it. */
export const aws: RequestListener = (req, res) => {
  if (req.url === '/_local-alb/eu-west-2_Pool1/.well-known/jwks.json') {
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key.jwk] }))
  } else {
    res.writeHead(404).end()
  }
}

export async function listen(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = started.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** The URL of a port of this machine that nothing listens on. */
export async function closedPort(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`
}

/** An environment with nothing to mend. */
export function sound(base: string): Record<string, string> {
  return {
    COGNITO_AUTH_ALB_ARN: albArn,
    COGNITO_AUTH_CLIENT_ID: 'client',
    COGNITO_AUTH_USER_POOL_ID: 'eu-west-2_Pool1',
    COGNITO_AUTH_CONFIG_PATH: join(folder, 'auth-config.json'),
    COGNITO_AUTH_LOCAL_ALB: base,
    NODE_OPTIONS: '--max-http-header-size=65536',
  }
}

/** What was found, whatever it is: each problem and warning says what to do, and the exit code agrees. */
export function report({ code, stdout }: Result): DoctorReport {
  const parsed = JSON.parse(stdout) as DoctorReport
  for (const { status, fix } of parsed.findings) {
    expect(fix === undefined).toBe(status === 'ok' || status === 'skipped')
  }
  expect(parsed.ok).toBe(!parsed.findings.some(({ status }) => status === 'problem'))
  expect(code).toBe(parsed.ok ? 0 : 1)
  return parsed
}

export function of(result: Result, check: Finding['check']): Finding[] {
  return report(result).findings.filter((finding) => finding.check === check)
}
