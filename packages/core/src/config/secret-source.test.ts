import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type SecretsEndpoint, startSecretsEndpoint } from '../../test/secrets-endpoint.js'
import { Authoriser, createMockUser } from '../index.js'
import { secretSource } from './secret-source.js'

let endpoint: SecretsEndpoint
const clientOf = () => ({ client: endpoint.client })

beforeAll(async () => {
  endpoint = await startSecretsEndpoint()
})

afterAll(() => {
  endpoint.stop()
})

test.each(['text', 'binary'])('a %s secret says who may come in', async (name) => {
  const authoriser = Authoriser.fromSecret(name, clientOf())
  expect(await authoriser.authorise(createMockUser({ groups: ['developers'] }))).toMatchObject({ allowed: true })
  expect(await authoriser.authorise(createMockUser())).toMatchObject({ allowed: false })
  expect(endpoint.targets.at(-1)).toBe('secretsmanager.GetSecretValue')
})

test('its values may not be printed', () => {
  expect(secretSource('text', endpoint.client).isSecret).toBe(true)
})

test.each([
  ['empty', 'configuration', /secret empty is empty/],
  ['nonsense', 'configuration', /secret nonsense is not JSON/],
  ['wrong', 'configuration', /secret wrong: allowed_users\[0\] must be an e-mail address/],
  ['missing', 'configuration', /secret missing does not exist in this account and region/],
  ['denied', 'configuration', /secret denied .* secretsmanager:GetSecretValue on that secret, and kms:Decrypt/],
  ['undecryptable', 'configuration', /kms:Decrypt/],
  ['deleted', 'configuration', /scheduled for deletion/],
  ['misnamed', 'configuration', /secret misnamed is not a name that Secrets Manager takes/],
  ['misspelt', 'configuration', /secret misspelt is not a name that Secrets Manager takes/],
  ['badly-signed', 'configuration', /does not accept the credentials of this process/],
  ['unsigned', 'configuration', /does not accept the credentials of this process/],
  ['throttled', 'config_unavailable', /secret throttled is temporarily unavailable \(ThrottlingException\)/],
  ['broken', 'config_unavailable', /secret broken is temporarily unavailable/],
])('a secret that is %s is a %s that says what to do', async (name, code, sentence) => {
  const error = (await Authoriser.fromSecret(name, clientOf())
    .warmUp()
    .catch((reason: unknown) => reason)) as Error
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) as string })
  expect(error.message).not.toContain('hunter2')
  expect(error.cause === undefined).toBe(['empty', 'nonsense', 'wrong'].includes(name))
})

test.each([
  [
    'AccessDenied',
    /cannot be read: AWS denies this process the role that it asks for. Check the trust policy of that role/,
  ],
  ['InvalidClientTokenId', /does not accept the credentials of this process/],
])('what STS refuses, for credentials of a role, is for a person to mend: %s', async (name, sentence) => {
  const refused = Object.assign(new Error('hunter2'), { name })
  const client = { send: async () => await Promise.reject(refused) }
  await expect(Authoriser.fromSecret('text', { client }).warmUp()).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringMatching(sentence) as string,
    cause: refused,
  })
})

test('what is no error at all may pass', async () => {
  // eslint-disable-next-line prefer-promise-reject-errors -- that is what is tested
  const client = { send: async () => await Promise.reject('hunter2' as never) }
  const failure = await secretSource('odd', client)
    .read()
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'config_unavailable',
    message: expect.not.stringContaining('hunter2') as string,
  })
})

test('a client of its own takes region and endpoint from where the SDK does', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', endpoint.url)
  vi.stubEnv('AWS_REGION', 'eu-west-2')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  await expect(secretSource('text').read()).resolves.toContain('developers')
  vi.unstubAllEnvs()
})
