import { afterEach, expect, test, vi } from 'vitest'
import { isDevelopment } from './is-development.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

test.each([undefined, '', ' ', 'development', 'Development ', 'dev', 'DEV', 'local', 'test', '\ttest\n'])(
  'NODE_ENV=%j is development',
  (value) => {
    vi.stubEnv('NODE_ENV', value)
    expect(isDevelopment()).toBe(true)
  },
)

test.each([
  'production',
  'production ',
  'Production',
  'prod',
  'staging',
  'live',
  'devel',
  'developmemt',
  '"development"',
  '0',
])('NODE_ENV=%j is production', (value) => {
  vi.stubEnv('NODE_ENV', value)
  expect(isDevelopment()).toBe(false)
})
