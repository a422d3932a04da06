/**
 * The config in Secrets Manager, through the real SDK and an emulator of AWS that nobody here wrote. Endpoint, region
 * and credentials come from the SDK's usual chain: nothing of ours is told where the service is.
 */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Authoriser, CognitoAuth } from '../../src/index.js'

const ada = { email: 'ada@example.com', groups: ['developers'] }
const config = JSON.stringify({ _about: 'who may come in', allowed_groups: ['developers'] })

const client = new SecretsManagerClient({})
let alb: TestAlb

beforeEach(async () => {
  await fetch(`${process.env['AWS_ENDPOINT_URL']}/moto-api/reset`, { method: 'POST' })
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** An app that was told by its environment which secret to read. */
function appWithSecret(name: string): CognitoAuth {
  vi.stubEnv('COGNITO_AUTH_SECRET_NAME', name)
  return new CognitoAuth(alb.options)
}

test('a secret of text says who may come in', async () => {
  await client.send(new CreateSecretCommand({ Name: 'my-app/auth', SecretString: config }))
  const auth = appWithSecret('my-app/auth')
  await expect(auth.requireUser(await alb.headersFor(ada))).resolves.toMatchObject({ email: ada.email })
  await expect(auth.requireUser(await alb.headersFor({ groups: ['others'] }))).rejects.toMatchObject({
    code: 'access_denied',
  })
})

test('a binary secret, found by its ARN, says who may come in', async () => {
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: Buffer.from(config) }))
  await expect(appWithSecret(ARN).requireUser(await alb.headersFor(ada))).resolves.toMatchObject({ email: ada.email })
})

test('a new version of the secret serves once the TTL has passed', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'changing', SecretString: config }))
  const auth = appWithSecret('changing')
  await auth.requireUser(await alb.headersFor(ada))
  const others = JSON.stringify({ allowed_groups: ['others'] })
  await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: others }))
  await expect(auth.requireUser(await alb.headersFor(ada))).resolves.toBeDefined()
  vi.setSystemTime(Date.now() + 301_000)
  await vi.waitFor(
    async () => {
      await expect(auth.requireUser(await alb.headersFor(ada))).rejects.toMatchObject({ code: 'access_denied' })
    },
    { timeout: 10_000 },
  )
})

test('a secret that is deleted later leaves the last good config in place, with a warning', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  await client.send(new CreateSecretCommand({ Name: 'deleted', SecretString: config }))
  const auth = appWithSecret('deleted')
  await auth.requireUser(await alb.headersFor(ada))
  await client.send(new DeleteSecretCommand({ SecretId: 'deleted' }))
  vi.setSystemTime(Date.now() + 301_000)
  await auth.requireUser(await alb.headersFor(ada))
  await vi.waitFor(() => expect(warning).toHaveBeenCalledOnce(), { timeout: 10_000 })
  expect(String(warning.mock.calls[0]?.[0])).toMatch(/scheduled for deletion/)
  await expect(auth.requireUser(await alb.headersFor(ada))).resolves.toBeDefined()
})

test.each([
  ['missing', undefined, /secret missing does not exist in this account and region/],
  ['nonsense', 'correct horse', /secret nonsense is not JSON/],
  [
    'misspelt',
    '{"allowed_group":["a"]}',
    /secret misspelt has an unknown key "allowed_group"\. Did you mean "allowed_groups"/,
  ],
])('a secret that is %s is a configuration error that says what to do', async (Name, SecretString, sentence) => {
  if (SecretString !== undefined) await client.send(new CreateSecretCommand({ Name, SecretString }))
  const failure = await appWithSecret(Name)
    .warmUp()
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'configuration', message: expect.stringMatching(sentence) as string })
  expect(String(failure)).not.toContain('correct horse')
})

test('the region is that of the SDK’s usual chain: a secret of another region is not found', async () => {
  await client.send(new CreateSecretCommand({ Name: 'my-app/auth', SecretString: config }))
  vi.stubEnv('AWS_REGION', 'us-east-1')
  await expect(Authoriser.fromSecret('my-app/auth').warmUp()).rejects.toMatchObject({ code: 'configuration' })
})

test('a service that is not there is no configuration error: it may come back', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
  await expect(Authoriser.fromSecret('my-app/auth').warmUp()).rejects.toMatchObject({ code: 'config_unavailable' })
})
