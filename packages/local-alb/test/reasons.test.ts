import { createServer, request, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CognitoAuth, CognitoAuthError } from '@cognito-auth/core'
import { WebSocket } from 'ws'
import { type FaultName, type LocalAlb, startLocalAlb } from '../src/index.js'

let app: Server
let alb: LocalAlb
let auth: CognitoAuth

/** Says why it refuses, as the adapters do under `localAlb`; below `/says/` whatever it is asked to say. */
beforeAll(async () => {
  app = createServer((req, res) => {
    const said = /^\/says\/(.*)$/.exec(req.url ?? '')?.[1]
    if (said !== undefined) return void res.writeHead(401, { 'X-Cognito-Auth-Reason': decodeURIComponent(said) }).end()
    auth.requireUser(req.headers).then(
      () => res.end('hello'),
      (error: unknown) => {
        if (!(error instanceof CognitoAuthError)) throw error
        const { status, code, reason } = error
        res.writeHead(status, { 'X-Cognito-Auth-Reason': [code, reason].filter(Boolean).join('/') }).end(code)
      },
    )
  })
  app.on('upgrade', (_req, socket) => {
    socket.end('HTTP/1.1 401 Unauthorized\r\nx-cognito-auth-reason: expired_token\r\ncontent-length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const { port } = app.address() as { port: number }
  alb = await startLocalAlb({
    target: `http://127.0.0.1:${port}`,
    port: 0,
    rules: [{ path: '/api/*', action: 'deny' }],
  })
  auth = new CognitoAuth({
    authoriser: null,
    albArn: alb.env['COGNITO_AUTH_ALB_ARN'],
    clientId: alb.env['COGNITO_AUTH_CLIENT_ID'],
    userPoolId: alb.env['COGNITO_AUTH_USER_POOL_ID'],
    localAlb: alb.url,
  })
})
afterAll(async () => {
  await alb.stop()
  app.closeAllConnections()
  app.close()
})
beforeEach(() => alb.setFault(undefined))

const REASON = 'x-cognito-auth-reason'

async function send(path: string, user: string | null = 'dev@example.com'): Promise<Response> {
  const headers: Record<string, string> = user === null ? {} : { cookie: alb.signIn(user).cookie }
  return await fetch(alb.url + path, { headers, redirect: 'manual' })
}

interface Listed {
  readonly path: string
  readonly status: number | null
  readonly answeredBy: string | null
  readonly reason: string | null
  readonly why: string | null
  readonly fault: string | null
}

async function latest(): Promise<Listed | undefined> {
  const response = await fetch(`${alb.url}/_local-alb/api/requests`, { headers: { 'x-local-alb': '1' } })
  return ((await response.json()) as { requests: Listed[] }).requests[0]
}

describe('the reason of a refusal', () => {
  test.each<[fault: FaultName, reason: string, why: RegExp]>([
    [
      'wrong_signer',
      'invalid_token/signer',
      /"signer" of x-amzn-oidc-data\. Got "arn:.*somebody-elses.*expected "arn:.*\/local-alb\//,
    ],
    ['wrong_client', 'invalid_token/client', /Got "anotherclient".*expected "localalbclient"/],
    ['wrong_issuer', 'invalid_token/issuer', /Got "https:.*SomebodyE".*expected "https:.*LocalAlb1"/],
    ['expired', 'expired_token', /"exp" has passed\. Got \d{4}-/],
    ['bad_signature', 'invalid_token/signature', /does not verify with the key "/],
    ['unknown_key', 'invalid_token/key_not_found', /no such key/],
    ['alg_none', 'invalid_token/algorithm', /Got "none", expected "ES256"/],
    ['path_kid', 'invalid_token/key_id', /expected a UUID/],
    ['duplicate_data', 'invalid_token/duplicate_header', /came twice/],
    ['wrong_subject', 'invalid_token/subject', /"sub" is not the same/],
    ['missing_data', 'missing_token', /a token is missing/],
  ])('of %s is %s, seen beside the request and by no client', async (fault, reason, why) => {
    alb.setFault(fault)
    const response = await send('/a')
    expect([response.status, response.headers.get(REASON)]).toEqual([401, null])
    const last = await latest()
    expect(last).toMatchObject({ path: '/a', status: 401, answeredBy: 'app', reason, fault })
    expect(last?.why).toMatch(why)
    expect(JSON.stringify(last?.why)).not.toContain('dev@example.com')
    const page = await (await fetch(`${alb.url}/_local-alb`)).text()
    expect(page).toContain(reason)
  })

  test('is on no good answer', async () => {
    expect((await send('/a')).headers.get(REASON)).toBeNull()
    expect(await latest()).toMatchObject({ status: 200, reason: null, why: null })
  })

  test('is taken off a refused WebSocket, too', async () => {
    const socket = new WebSocket(`${alb.url.replace('http', 'ws')}/ws`, {
      headers: { cookie: alb.signIn('dev@example.com').cookie },
    })
    const seen = await new Promise<unknown>((resolve) => {
      socket.on('unexpected-response', (_req, response) => resolve([response.statusCode, response.headers[REASON]]))
      socket.on('error', resolve)
    })
    expect(seen).toEqual([401, undefined])
    expect(await latest()).toMatchObject({ path: '/ws', status: 401, reason: 'expired_token' })
  })

  test.each(['<b>x</b>', 'a/b/c', 'dev@example.com', 'x'.repeat(100), 'UPPER', ''])(
    'that is none is taken off all the same, and shown nowhere: "%s"',
    async (said) => {
      expect((await send(`/says/${encodeURIComponent(said)}`)).headers.get(REASON)).toBeNull()
      expect(await latest()).toMatchObject({ status: 401, reason: null })
    },
  )

  test('that this version does not know is shown as it is', async () => {
    await send('/says/new_code%2Fnew_reason')
    expect(await latest()).toMatchObject({ reason: 'new_code/new_reason', why: null })
  })
})

describe('what the load balancer answers itself is among the requests', () => {
  test.each<[path: string, status: number, why: RegExp]>([
    ['/a', 302, /^no session: sent to sign in$/],
    ['/api/a', 401, /action of the rule is deny/],
    ['/oauth2/idpresponse?code=x', 401, /This sign-in is over/],
    ['/oauth2/idpresponse?error=server_error&state=x', 561, /answered with an error/],
  ])('%s: %i', async (path, status, why) => {
    const response = await send(path, null)
    expect(response.status).toBe(status)
    expect(response.headers.get('server')).toBe('awselb/2.0')
    const last = await latest()
    expect(last).toMatchObject({ path, status, answeredBy: 'load balancer' })
    expect(last?.why).toMatch(why)
  })

  test('a 561 has a reason phrase, and TRACE is no method', async () => {
    expect((await send('/oauth2/idpresponse?error=x', null)).statusText).toBe('Authentication Error')
    const status = await new Promise((resolve) =>
      request(alb.url, { method: 'TRACE' }, (response) => resolve(response.resume().statusCode)).end(),
    )
    expect(status).toBe(405)
  })
})

test('signIn() of a listed user keeps the name and groups that are not given', async () => {
  const userOf = async (cookie: string): Promise<unknown> => {
    const response = await fetch(`${alb.url}/_local-alb/api/session`, { headers: { 'x-local-alb': '1', cookie } })
    return ((await response.json()) as { session: { user: unknown } }).session.user
  }
  const listed = { email: 'ada@example.com', name: 'Ada Admin', groups: ['admins', 'developers'] }
  expect(await userOf(alb.signIn({ email: 'ada@example.com' }).cookie)).toMatchObject(listed)
  expect(await userOf(alb.signIn({ email: 'ada@example.com', groups: [] }).cookie)).toMatchObject({
    ...listed,
    groups: [],
  })
  expect(await userOf(alb.signIn({ email: 'ada@example.com', name: undefined }).cookie)).toMatchObject(listed)
  const claims =
    alb.headersFor({ email: 'ada@example.com', name: 'Other' })['x-amzn-oidc-accesstoken']?.split('.')[1] ?? ''
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ 'cognito:groups': listed.groups })
})
