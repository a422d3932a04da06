/** What a `CognitoAuth` says of the process that it is made in. */
import { createTestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CognitoAuth, TokenVerifier } from '../src/index.js'

const alb = await createTestAlb()
let make: () => CognitoAuth
let makeVerifier: () => TokenVerifier
let warnings: string[]

beforeEach(async () => {
  // Warnings are given once per process: each test has a copy of the package of its own.
  vi.resetModules()
  const core = await import('../src/index.js')
  make = () => new core.CognitoAuth({ ...alb.options, authoriser: null })
  makeVerifier = () => new core.TokenVerifier(alb.options)
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation((_, options) => {
    warnings.push((options as { code: string }).code)
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('an unknown variable is refused by name', () => {
  vi.stubEnv('COGNITO_AUTH_CLIENTID', 'x')
  expect(make).toThrow(
    expect.objectContaining({
      code: 'configuration',
      message: "Unknown variable 'COGNITO_AUTH_CLIENTID'. Did you mean 'COGNITO_AUTH_CLIENT_ID'?",
    }),
  )
})

test.each(['production', 'staging'])('no certificates are verified under NODE_ENV=%s: refused', (mode) => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  vi.stubEnv('NODE_ENV', mode)
  for (const one of [make, makeVerifier]) {
    expect(one).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(mode) as string }),
    )
  }
})

test('no certificates are verified in development: one warning', () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  makeVerifier()
  expect(warnings).toEqual(['COGNITO_AUTH_TLS'])
  make()
  expect(warnings).toEqual(['COGNITO_AUTH_TLS'])
})

test('certificates are verified: no warning', () => {
  vi.stubEnv('NODE_ENV', 'production')
  for (const value of ['1', '', undefined]) {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
    make()
  }
  expect(warnings).toEqual([])
})

test('more than 20 within a minute: one warning', () => {
  vi.useFakeTimers({ now: new Date('2026-01-01') })
  for (let made = 0; made < 20; made += 1) make()
  expect(warnings).toEqual([])
  for (let made = 0; made < 60; made += 1) make()
  expect(warnings).toEqual(['COGNITO_AUTH_INSTANCES'])
})

test('20 a minute, for an hour: no warning', () => {
  vi.useFakeTimers({ now: new Date('2026-01-01') })
  for (let minute = 0; minute < 60; minute += 1) {
    for (let made = 0; made < 20; made += 1) make()
    vi.advanceTimersByTime(60_000)
  }
  expect(warnings).toEqual([])
})
