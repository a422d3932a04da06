import { generateKeyPairSync } from 'node:crypto'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AssertionOptions, startGateway } from '../src/index.js'
import { ADA, AUTHORISER, type Seen, startApp, startStage, type TestApp } from './stage.js'

let app: TestApp
let alb: TestAlb

beforeAll(async () => {
  app = await startApp()
  alb = await createTestAlb()
})

afterAll(async () => {
  await app.close()
})

/** The assertion of a request, and where its key is. */
async function assertionOf(assertion: AssertionOptions, user = ADA) {
  const { gateway } = await startStage({ upstream: app.url, assertion }, alb)
  const { body } = await sendRaw(gateway.url, { path: '/', headers: await alb.headersFor(user) })
  const name = (assertion.name ?? 'X-Cognito-Auth-Assertion').toLowerCase()
  const [token = ''] = (JSON.parse(body) as Seen).headers[name] ?? []
  const keys = createRemoteJWKSet(new URL(`${gateway.url}/_cognito-auth/jwks.json`))
  return { token, gateway, keys }
}

test.each<AssertionOptions>([
  { audience: 'grafana' },
  { audience: 'grafana', issuer: 'https://app.example.com' },
  { audience: 'grafana', name: 'X-JWT-Assertion' },
])('is a JWT that any library verifies: %j', async (options) => {
  const { token, gateway, keys } = await assertionOf(options)
  const issuer = options.issuer ?? gateway.url
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    audience: 'grafana',
    issuer,
    algorithms: ['ES256'],
  })
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) })
  expect(payload).toMatchObject({
    email: 'ada@example.com',
    groups: ['developers'],
    name: 'Ada Lovelace',
    sub: expect.any(String),
  })
  const { iat = 0, exp = 0 } = payload
  expect(exp - iat).toBeGreaterThan(0)
  expect(exp - iat).toBeLessThanOrEqual(60)
  await gateway.stop()
})

test('two gateways with one key are one to the app; the public key tells nothing of the private one', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const options = {
    audience: 'app',
    issuer: 'https://a.example',
    privateKey: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
  }
  const [first, second] = [await assertionOf(options), await assertionOf(options)]
  await jwtVerify(first.token, second.keys)
  const { body } = await sendRaw(second.gateway.url, { path: '/_cognito-auth/jwks.json' })
  const { keys } = JSON.parse(body) as { keys: Record<string, string>[] }
  expect(keys).toHaveLength(1)
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  await first.gateway.stop()
  await second.gateway.stop()
})

test('a key made at start is another with each gateway', async () => {
  const [first, second] = [await assertionOf({ audience: 'a' }), await assertionOf({ audience: 'a' })]
  await expect(jwtVerify(first.token, second.keys)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  await first.gateway.stop()
  await second.gateway.stop()
})

test('does not outlast the access token', async () => {
  const own = await createTestAlb({ accessTokenLifetimeSeconds: 20 })
  const gateway = await startGateway({
    ...own.options,
    authoriser: AUTHORISER,
    listen: '127.0.0.1:0',
    verifyOnly: true,
    assertion: { audience: 'a' },
  })
  const { headers } = await sendRaw(gateway.url, { path: '/', headers: await own.headersFor(ADA) })
  const [, claims = ''] = String(headers['x-cognito-auth-assertion']).split('.')
  const { iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number; exp: number }
  expect(exp - iat).toBeLessThanOrEqual(20)
  await gateway.stop()
})
