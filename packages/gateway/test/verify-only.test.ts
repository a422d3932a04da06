import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Authoriser } from '../src/index.js'
import { ADA, exchange, GUEST, head, type Stage, startStage } from './stage.js'

let alb: TestAlb
let stage: Stage
let tokens: Record<string, string>

beforeAll(async () => {
  alb = await createTestAlb()
  tokens = { ...(await alb.headersFor(ADA)) }
  stage = await startStage({ verifyOnly: true }, alb)
})

afterAll(async () => {
  await stage.gateway.stop()
})

describe('every path is answered with', () => {
  test.each(['/verify', '/', '/health', '/a?b', '/_cognito-auth/x', '/_cognito-auth/', '/_cognito-auth/live/'])(
    '200 and the identity, or 401: %s',
    async (path) => {
      for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS']) {
        const allowed = await sendRaw(stage.gateway.url, { method, path, headers: tokens })
        expect(allowed).toMatchObject({
          status: 200,
          headers: { 'x-auth-request-email': 'ada@example.com', 'x-auth-request-groups': 'developers' },
          body: '',
        })
        expect(await sendRaw(stage.gateway.url, { method, path })).toMatchObject({ status: 401 })
      }
    },
  )

  test('403 for who may not', async () => {
    const answer = await sendRaw(stage.gateway.url, { path: '/verify', headers: await alb.headersFor(GUEST) })
    expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'application/problem+json' } })
    expect(JSON.parse(answer.body)).toMatchObject({ status: 403, code: 'access_denied' })
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-auth'))).toEqual([])
  })

  test('a problem document for browsers too: the proxy in front shows what it likes', async () => {
    const page = { 'sec-fetch-dest': 'document', accept: 'text/html' }
    const answer = await sendRaw(stage.gateway.url, { path: '/verify', headers: page })
    expect(answer).toMatchObject({ status: 401, headers: { 'content-type': 'application/problem+json' } })
  })
})

test.each(['X-Forwarded-Uri', 'X-Original-URL', 'X-Original-URI', 'X-Forwarded-Method', 'X-Original-Method'])(
  '%s decides nothing',
  async (name) => {
    for (const value of ['/_cognito-auth/live', '/health', 'OPTIONS']) {
      expect(await sendRaw(stage.gateway.url, { path: '/verify', headers: { [name]: value } })).toMatchObject({
        status: 401,
      })
      const allowed = await sendRaw(stage.gateway.url, { path: '/verify', headers: { ...tokens, [name]: value } })
      expect(allowed).toMatchObject({ status: 200 })
    }
  },
)

describe('a forged name is refused first, on every path', () => {
  test.each([
    'X-Auth-Request-Email',
    'X_Auth_Request_Email',
    'X.Auth.Request.Email',
    'xauthrequestemail',
    'X-Forwarded-User',
    'X_Forwarded_Groups',
    'Remote-User',
    'REMOTE_USER',
    'X-WEBAUTH-USER',
    'X_WEBAUTH_ROLE',
    'X-Cognito-Auth-User',
    'X_Cognito_Auth_Assertion',
    'X-Cognito-Auth-Groups-Omitted',
    'X_Amzn_Oidc_Data',
    'X.Amzn.Oidc.Identity',
    'x-amzn_oidc-data',
  ])('%s', async (name) => {
    for (const path of ['/verify', '/_cognito-auth/live', '/_cognito-auth/ready', '/_cognito-auth/x', '/']) {
      for (const good of [{}, tokens]) {
        // Its value does not matter: an empty one is joined to the real one by servers that fold names.
        for (const value of ['boss', '']) {
          const text = await exchange(
            stage.port,
            head('GET', path, { host: 'a', connection: 'close', ...good, [name]: value }),
          )
          expect(text).toMatch(/^HTTP\/1\.1 403 [^]*"code":"identity_header"/)
        }
      }
    }
  })

  test.each(['X-Auth-Request-Email', 'close, x_auth_request_email', 'x-cognito-auth-user', 'x-amzn-oidc-data'])(
    'in Connection: %s',
    async (connection) => {
      const text = await exchange(stage.port, head('GET', '/', { host: 'a', ...tokens, connection }), /\}$/)
      expect(text).toMatch(/^HTTP\/1\.1 403 [^]*"code":"identity_header"/)
    },
  )

  test('an ordinary proxy\u2019s own headers are none', async () => {
    const headers = {
      ...tokens,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'app.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-forwarded-uri': '/a',
      'x-forwarded-method': 'GET',
      'x-real-ip': '203.0.113.7',
      'x-original-url': 'https://app.example.com/a',
      'x-auth-request-redirect': '/a',
      'x-amzn-trace-id': 'Root=1-2-3',
    }
    expect(await sendRaw(stage.gateway.url, { path: '/verify', headers })).toMatchObject({ status: 200 })
  })

  test('a name of one\u2019s own is one of them where it is configured', async () => {
    const own = await startStage(
      { verifyOnly: true, identity: { email: 'X-Mine' }, assertion: { audience: 'a', name: 'X-Jwt' } },
      alb,
    )
    for (const name of ['X_Mine', 'x.jwt', 'X-Auth-Request-Email'])
      expect(await sendRaw(own.gateway.url, { path: '/', headers: { ...tokens, [name]: 'x' } })).toMatchObject({
        status: 403,
      })
    const { headers } = await sendRaw(own.gateway.url, { path: '/', headers: tokens })
    expect(headers).toMatchObject({
      'x-mine': 'ada@example.com',
      'x-jwt': expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    await own.gateway.stop()
  })
})

test.each([
  ['/_cognito-auth/live', 200],
  ['/_cognito-auth/ready', 200],
])('%s answers without tokens, and identifies no one', async (path, status) => {
  for (const headers of [{}, tokens])
    expect(await sendRaw(stage.gateway.url, { path, headers })).toMatchObject({
      status,
      headers: { 'x-auth-request-email': '', 'x-auth-request-user': '', 'x-cognito-auth-user': '' },
    })
})

test('what a browser asks to upgrade is judged like every request', async () => {
  const upgrade = {
    host: 'a',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  expect(await exchange(stage.port, head('GET', '/', { ...upgrade, ...tokens }), /\r\n\r\n/)).toMatch(
    /^HTTP\/1\.1 200 /,
  )
  expect(await exchange(stage.port, head('GET', '/', upgrade), /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 401 /)
})

test('CONNECT is refused', async () => {
  expect(await exchange(stage.port, head('CONNECT', 'a:443', { host: 'a', ...tokens }))).toMatch(/^HTTP\/1\.1 403 /)
})

describe('an outage is a 403 that says so', () => {
  test('of the keys', async () => {
    const own = await createTestAlb()
    const { gateway } = await startStage({ verifyOnly: true }, own)
    own.goOffline()
    const answer = await sendRaw(gateway.url, { path: '/verify', headers: await own.headersFor(ADA) })
    expect(answer).toMatchObject({
      status: 403,
      headers: { 'retry-after': expect.stringMatching(/^\d+$/), 'x-cognito-auth-error': 'keys_unavailable' },
    })
    expect(JSON.parse(answer.body)).toMatchObject({ status: 403, code: 'keys_unavailable' })
    await gateway.stop()
  })

  test('of the config, which keeps no gateway from starting', async () => {
    let isOut = true
    const authoriser = Authoriser.fromSource({
      name: 'a test',
      isSecret: true,
      read: async () => {
        if (isOut) throw new Error('out of reach')
        return JSON.stringify({ allowed_groups: ['developers'] })
      },
    })
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { gateway } = await startStage({ verifyOnly: true, authoriser }, alb)
    expect(told.mock.calls).toEqual([[expect.stringMatching(/^gateway: a test is temporarily unavailable/)]])
    told.mockRestore()
    const answer = await sendRaw(gateway.url, { path: '/verify', headers: tokens })
    expect(answer).toMatchObject({
      status: 403,
      headers: { 'retry-after': expect.stringMatching(/^\d+$/), 'x-cognito-auth-error': 'config_unavailable' },
    })
    expect(await sendRaw(gateway.url, { path: '/_cognito-auth/ready' })).toMatchObject({ status: 503 })
    isOut = false
    await expect
      .poll(async () => (await sendRaw(gateway.url, { path: '/_cognito-auth/ready' })).status, { timeout: 10_000 })
      .toBe(200)
    expect(await sendRaw(gateway.url, { path: '/verify', headers: tokens })).toMatchObject({ status: 200 })
    await gateway.stop()
  })
})
