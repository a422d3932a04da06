import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Authoriser, CognitoAuth, type CognitoAuthOptions } from '../index.js'
import { alb, dev, file, folder, make } from '../../test/cognito-auth-stage.js'

describe('dev mode', () => {
  const devMode: CognitoAuthOptions = { authoriser: null, devMode: true }

  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  })

  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('gives a mock user where both tokens are missing, with a warning', async () => {
    const auth = new CognitoAuth(devMode)
    expect(await auth.requireUser({})).toMatchObject({ email: 'dev@example.com', name: 'Dev User', groups: [] })
    expect(process.emitWarning).toHaveBeenCalledOnce()
  })

  test('verifies tokens that are there; one of two is missing', async () => {
    const auth = make({ devMode: true })
    expect(await auth.requireUser(await alb.headersFor(dev))).toMatchObject({
      email: 'dev@example.com',
      groups: ['developers'],
    })
    await expect(auth.requireUser(await alb.headersFor(dev, { fault: 'bad_signature' }))).rejects.toMatchObject({
      reason: 'signature',
    })
    await expect(auth.requireUser(await alb.headersFor(dev, { fault: 'missing_data' }))).rejects.toMatchObject({
      code: 'missing_token',
    })
    await expect(auth.requireUser(await alb.headersFor(dev, { fault: 'missing_access_token' }))).rejects.toMatchObject({
      code: 'missing_token',
    })
  })

  test('without an ALB, tokens are refused', async () => {
    await expect(new CognitoAuth(devMode).requireUser(await alb.headersFor(dev))).rejects.toMatchObject({
      reason: 'signer',
    })
  })

  test('reads the mock user from a file', async () => {
    vi.stubEnv(
      'COGNITO_AUTH_DEV_CONFIG',
      file('mock.json', '{"_c":1,"email":"me@example.com","given_name":"Me","groups":["gds-idea"]}'),
    )
    const user = await new CognitoAuth(devMode).requireUser({})
    expect(user).toMatchObject({
      email: 'me@example.com',
      givenName: 'Me',
      groups: ['gds-idea'],
      isPlatformAdmin: true,
    })
  })

  test('the rules hold for mock users too', async () => {
    const auth = new CognitoAuth({ devMode: true, authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }) })
    await expect(auth.requireUser({})).rejects.toMatchObject({ code: 'access_denied' })
  })

  test.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['a misspelt key', '{"mail":"x"}'],
    ['a group that is a number', '{"groups":[1]}'],
    ['an empty sub', '{"sub":""}'],
    ['a text', 'ada@example.com'],
    ['an address as a key', '{"ada@example.com":1}'],
  ])('a mock user file that is %s is an error, which quotes none of it', (_, content) => {
    vi.stubEnv('COGNITO_AUTH_DEV_CONFIG', file('broken.json', content))
    let failure: unknown
    try {
      failure = new CognitoAuth(devMode)
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code: 'configuration' })
    expect(inspect(failure)).not.toContain('ada@')
  })

  test('a named mock user file that is missing is an error', () => {
    vi.stubEnv('COGNITO_AUTH_DEV_CONFIG', join(folder, 'missing.json'))
    expect(() => new CognitoAuth(devMode)).toThrow(/COGNITO_AUTH_DEV_CONFIG/)
  })

  test.each([
    ['NODE_ENV', 'production'],
    ['NODE_ENV', 'production '],
    ['NODE_ENV', 'Production'],
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', 'staging'],
    ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/credentials/x'],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'],
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://169.254.170.23/v1/credentials'],
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://[fd00:ec2::23]/v1/credentials'],
    ['AWS_LAMBDA_FUNCTION_NAME', 'f'],
    ['ECS_CONTAINER_METADATA_URI', 'http://x'],
    ['ECS_CONTAINER_METADATA_URI_V4', 'http://x'],
    ['AWS_EXECUTION_ENV', 'AWS_ECS_FARGATE'],
  ])('is refused with %s=%s', (name, value) => {
    vi.stubEnv(name, value)
    expect(() => new CognitoAuth(devMode)).toThrow(/devMode \(COGNITO_AUTH_DEV_MODE\)/)
  })

  test('is not refused where a developer has credentials from a tool on the same machine', () => {
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://127.0.0.1:8000/')
    expect(() => new CognitoAuth(devMode)).not.toThrow()
  })

  test('gives no mock user to a request that came through a load balancer, and warns once', async () => {
    const auth = new CognitoAuth(devMode)
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    for (const headers of [
      { 'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678' },
      new Headers({ 'x-amzn-trace-id': 'Root=1' }),
      new Map([['X-Amzn-Trace-Id', 'Root=1']]),
      { 'x-amzn-trace-id': ['Root=1'] },
      { 'x-amzn-trace-id': '' },
    ]) {
      await expect(auth.requireUser(headers)).rejects.toMatchObject({ code: 'missing_token' })
    }
    const sentences = warn.mock.calls.map(([sentence]) => String(sentence))
    expect(sentences.filter((sentence) => sentence.includes('x-amzn-trace-id'))).toHaveLength(1)
    warn.mockRestore()
    await expect(auth.requireUser({ 'x-amzn-trace': '1' })).resolves.toMatchObject({ email: 'dev@example.com' })
  })

  test.each(['true', '1', 'YES'])('COGNITO_AUTH_DEV_MODE=%s turns it on', async (value) => {
    vi.stubEnv('COGNITO_AUTH_DEV_MODE', value)
    await expect(new CognitoAuth({ authoriser: null }).requireUser({})).resolves.toBeDefined()
  })

  test.each(['false', '0', 'No', ''])('COGNITO_AUTH_DEV_MODE=%j leaves it off', async (value) => {
    vi.stubEnv('COGNITO_AUTH_DEV_MODE', value)
    await expect(make().requireUser({})).rejects.toMatchObject({ code: 'missing_token' })
  })
})
