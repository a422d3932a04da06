import { Authoriser, CognitoAuth, type CognitoAuthOptions } from '@cognito-auth/core'
import { type BearerFault, createTestAlb } from '@cognito-auth/testing'
import { OAuthError } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mcpVerifier, type McpVerifierOptions } from './verifier.js'

const JOB = 'nightly-job'
const alb = await createTestAlb()

beforeEach(() => {
  alb.requests.splice(0)
})
afterEach(() => {
  alb.goOnline()
})

function make(options: Partial<CognitoAuthOptions> = {}): CognitoAuth {
  const { userPoolId, fetch } = alb.options
  return new CognitoAuth({ userPoolId, fetch, bearer: { clientId: JOB }, authoriser: null, ...options })
}

async function token(...options: Parameters<typeof alb.bearerFor>): Promise<string> {
  return (await alb.bearerFor(...options)).authorization.slice('Bearer '.length)
}

test('gives what the SDK wants to know', async () => {
  const good = await token({ clientId: JOB }, { scopes: ['my-api/mcp'], audience: 'https://api.example.com/mcp' })
  const info = await mcpVerifier(make()).verifyAccessToken(good)
  expect(info).toMatchObject({
    token: good,
    clientId: JOB,
    scopes: ['my-api/mcp'],
    resource: new URL('https://api.example.com/mcp'),
    extra: { user: { kind: 'machine', sub: JOB } },
  })
  expect(info.expiresAt).toBeGreaterThan(Date.now() / 1000)
})

test.each<BearerFault>([
  'expired',
  'not_yet_valid',
  'bad_signature',
  'wrong_client',
  'wrong_issuer',
  'unknown_key',
  'id_token',
  'missing_subject',
])('%s is invalid_token, and the client is not told more', async (fault) => {
  const bad = await token({ clientId: JOB }, { fault })
  const failure: unknown = await mcpVerifier(make())
    .verifyAccessToken(bad)
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(OAuthError)
  expect(failure).toMatchObject({ code: 'invalid_token', message: 'The access token is missing, invalid or expired' })
})

test.each(['', ' ', 'a b', 'a,b', 'a.b.c', '\n'])('%j is invalid_token', async (text) => {
  await expect(mcpVerifier(make()).verifyAccessToken(text)).rejects.toMatchObject({ code: 'invalid_token' })
})

test('a missing scope, of the option or of this server, and a denial are insufficient_scope', async () => {
  const good = await token({ clientId: JOB }, { scopes: ['a'] })
  for (const [auth, options] of [
    [make({ bearer: { clientId: JOB, scopes: ['b'] } }), {}],
    [make(), { scopes: ['a', 'b'] }],
    [make({ authoriser: Authoriser.fromLists({ allowedClients: ['other'] }) }), {}],
  ] as const) {
    const failure: unknown = await mcpVerifier(auth, options)
      .verifyAccessToken(good)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(OAuthError)
    expect(failure).toMatchObject({ code: 'insufficient_scope' })
  }
  await expect(mcpVerifier(make(), { scopes: ['a'] }).verifyAccessToken(good)).resolves.toMatchObject({ clientId: JOB })
})

test('an outage passes through: the client must not ask people to sign in again', async () => {
  alb.goOffline()
  await expect(mcpVerifier(make()).verifyAccessToken(await token({ clientId: JOB }))).rejects.toMatchObject({
    code: 'keys_unavailable',
  })
})

test('dev mode has no mock user here', async () => {
  const verifier = mcpVerifier(make({ devMode: true }))
  for (const text of ['', 'x', 'a.b.c']) {
    await expect(verifier.verifyAccessToken(text)).rejects.toMatchObject({ code: 'invalid_token' })
  }
})

describe('is refused at start', () => {
  test.each<[string, () => CognitoAuth, unknown, RegExp]>([
    ['without bearer', () => new CognitoAuth({ ...alb.options, authoriser: null }), {}, /needs the option bearer/],
    ['without a CognitoAuth', () => ({}) as CognitoAuth, {}, /takes a CognitoAuth/],
    ['with an unknown option', () => make(), { scope: 'a' }, /Did you mean .?scopes/],
    ['with no scopes', () => make(), { scopes: [] }, /mcpVerifier\(\)/],
    ['with undefined scopes', () => make(), { scopes: undefined }, /mcpVerifier\(\)/],
    ['with a scope that is none', () => make(), { scopes: ['a b'] }, /spaces/],
  ])('%s', (_, auth, options, sentence) => {
    expect(() => mcpVerifier(auth(), options as McpVerifierOptions)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(sentence) as string }),
    )
  })
})
