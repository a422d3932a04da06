import { afterEach, expect, test, vi } from 'vitest'
import { configSource } from './configured-source.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('the config is in the file, else in the secret, else nowhere', () => {
  expect(() => configSource()).toThrow(/COGNITO_AUTH_CONFIG_PATH.*COGNITO_AUTH_SECRET_NAME/)
  vi.stubEnv('COGNITO_AUTH_SECRET_NAME', 'my-app/auth')
  expect(configSource().name).toBe('secret my-app/auth')
  vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', 'auth.json')
  expect(configSource().name).toBe('file auth.json')
})
