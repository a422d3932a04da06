import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Authoriser, createMockUser } from '../index.js'
import { secretSource } from './secret-source.js'

/** Speaks enough of the service's JSON protocol: GetSecretValue, by the name of the secret. */
const answers: Record<string, { status: number; body: object; afterMs?: number } | 'silence'> = {
  text: { status: 200, body: { SecretString: '{"allowed_groups":["developers"]}' } },
  binary: { status: 200, body: { SecretBinary: Buffer.from('{"allowed_groups":["developers"]}').toString('base64') } },
  empty: { status: 200, body: {} },
  nonsense: { status: 200, body: { SecretString: 'hunter2' } },
  wrong: { status: 200, body: { SecretString: '{"allowed_users":["hunter2"]}' } },
  missing: { status: 400, body: { __type: 'ResourceNotFoundException', message: 'x' } },
  denied: { status: 400, body: { __type: 'AccessDeniedException', message: 'x' } },
  undecryptable: { status: 400, body: { __type: 'DecryptionFailure', message: 'x' } },
  deleted: { status: 400, body: { __type: 'InvalidRequestException', message: 'x' } },
  throttled: { status: 400, body: { __type: 'ThrottlingException', message: 'x' } },
  broken: { status: 500, body: { __type: 'InternalServiceError', message: 'x' } },
  slow: 'silence',
  lazy: { status: 200, body: { SecretString: '{"allowed_groups":["developers"]}' }, afterMs: 2000 },
}

let server: Server
let client: SecretsManagerClient
const targets: unknown[] = []

beforeAll(async () => {
  server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      targets.push(req.headers['x-amz-target'])
      const { SecretId } = JSON.parse(Buffer.concat(chunks).toString()) as { SecretId: string }
      const answer = answers[SecretId]
      if (answer === 'silence' || answer === undefined) return
      const send = (): void => {
        res.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body))
      }
      if (answer.afterMs === undefined) send()
      else setTimeout(send, answer.afterMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  client = new SecretsManagerClient({
    region: 'eu-west-2',
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
})

afterAll(() => {
  client.destroy()
  server.closeAllConnections()
  server.close()
})

test.each(['text', 'binary'])('a %s secret says who may come in', async (name) => {
  const authoriser = Authoriser.fromSecret(name, { client })
  expect(await authoriser.authorise(createMockUser({ groups: ['developers'] }))).toMatchObject({ allowed: true })
  expect(await authoriser.authorise(createMockUser())).toMatchObject({ allowed: false })
  expect(targets.at(-1)).toBe('secretsmanager.GetSecretValue')
})

test.each([
  ['empty', 'configuration', /secret empty is empty/],
  ['nonsense', 'configuration', /secret nonsense is not JSON/],
  ['wrong', 'configuration', /secret wrong: allowed_users\[0\] must be an e-mail address/],
  ['missing', 'configuration', /secret missing does not exist in this account and region/],
  ['denied', 'configuration', /secret denied .* secretsmanager:GetSecretValue on that secret, and kms:Decrypt/],
  ['undecryptable', 'configuration', /kms:Decrypt/],
  ['deleted', 'configuration', /scheduled for deletion/],
  ['throttled', 'config_unavailable', /secret throttled cannot be read now \(ThrottlingException\)/],
  ['broken', 'config_unavailable', /secret broken cannot be read now/],
])('a secret that is %s is a %s that says what to do', async (name, code, sentence) => {
  const error = (await Authoriser.fromSecret(name, { client })
    .warmUp()
    .catch((reason: unknown) => reason)) as Error
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) as string })
  expect(error.message).not.toContain('hunter2')
})

test('a service that does not answer is given 5 seconds', { timeout: 15_000 }, async () => {
  await expect(Authoriser.fromSecret('slow', { client }).warmUp()).rejects.toMatchObject({ code: 'config_unavailable' })
})

test('a service that takes 2 s delays the first request, and none after it', { timeout: 20_000 }, async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const authoriser = Authoriser.fromSecret('lazy', { client, ttlSeconds: 60 })
  const user = createMockUser({ groups: ['developers'] })
  await authoriser.authorise(user)
  const asked = targets.length
  for (let round = 0; round < 3; round += 1) {
    vi.setSystemTime(Date.now() + 61_000)
    // Each answer comes before that of the service can: a request that waited would find the secret read already.
    let isRefreshed = false
    const onConfig = (): void => void (isRefreshed = true)
    subscribe('cognito-auth:config', onConfig)
    const decisions = await Promise.all(Array.from({ length: 100 }, async () => await authoriser.authorise(user)))
    expect(isRefreshed).toBe(false)
    expect(decisions.every(({ allowed }) => allowed)).toBe(true)
    await vi.waitFor(() => expect(isRefreshed).toBe(true), { timeout: 5000 })
    unsubscribe('cognito-auth:config', onConfig)
  }
  expect(targets.length - asked).toBe(3)
  vi.useRealTimers()
})

test('a client of its own takes region and endpoint from where the SDK does', async () => {
  const address = server.address()
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  vi.stubEnv('AWS_REGION', 'eu-west-2')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  await expect(secretSource('text').read()).resolves.toContain('developers')
  vi.unstubAllEnvs()
})
