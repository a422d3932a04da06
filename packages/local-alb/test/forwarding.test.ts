import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type FaultName, type LocalAlb, startLocalAlb } from '../src/index.js'
import { type Echo, type EchoApp, startEchoApp } from './echo-app.js'
import { readAccessToken, readAlbToken } from './tokens.js'

let app: EchoApp
let alb: LocalAlb
let cookie: string

beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({
    target: app.url,
    port: 0,
    timeoutSeconds: 1,
    rules: [
      { path: '/public/*', action: 'none' },
      { path: '/maybe', action: 'allow' },
      { path: '/api/*', action: 'deny' },
    ],
  })
  cookie = alb.signIn('dev@example.com').cookie
})

afterAll(async () => {
  await alb.stop()
  await app.stop()
})

afterEach(() => alb.setFault(undefined))

async function echo(path = '/', headers: Record<string, string> = { cookie }): Promise<Echo> {
  const response = await fetch(alb.url + path, { headers, redirect: 'manual' })
  expect(response.status).toBe(200)
  return (await response.json()) as Echo
}

/** Status of an upgrade that was refused. */
async function refusalOf(socket: WebSocket): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => reject(new Error('it was upgraded')))
    socket.on('unexpected-response', (_req, response) => resolve(response.resume().statusCode))
  })
}

describe('what the app receives', () => {
  test('is a user claims token signed by the load balancer, good for two minutes', async () => {
    const token = String((await echo()).headers['x-amzn-oidc-data'])
    const { header, claims, isVerified } = await readAlbToken(token, alb.url)
    expect(isVerified).toBe(true)
    expect(Object.keys(header)).toEqual(['typ', 'kid', 'alg', 'iss', 'client', 'signer', 'exp'])
    expect(header).toMatchObject({ alg: 'ES256', signer: alb.env['COGNITO_AUTH_ALB_ARN'], exp: claims['exp'] })
    expect(claims).toMatchObject({ email: 'dev@example.com', email_verified: 'true' })
    expect(token).toMatch(/==$/)
  })

  test('is an access token of the same user, with the groups', async () => {
    const { headers } = await echo()
    const pool = alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''
    const { claims, isVerified } = await readAccessToken(headers['x-amzn-oidc-accesstoken'], alb.url, pool)
    expect(isVerified).toBe(true)
    expect(claims).toMatchObject({ token_use: 'access', 'cognito:groups': ['developers'] })
    expect(claims['sub']).toBe(headers['x-amzn-oidc-identity'])
  })

  test('has the headers of a load balancer and not its session cookie', async () => {
    const { headers } = await echo('/', { cookie: `theme=dark; ${cookie}; other=1` })
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
    expect(headers).toMatchObject({ 'x-forwarded-proto': 'http', 'x-forwarded-port': new URL(alb.url).port })
    expect(headers['x-forwarded-for']).toMatch(/127\.0\.0\.1|::1/)
    expect(headers.cookie).toBe('theme=dark; other=1')
  })

  test('never is what the client sent under these names', async () => {
    const forged = {
      cookie,
      'x-amzn-oidc-data': 'forged',
      'X-Amzn-Oidc-TokenIssuer': 'forged',
      'x-amzn-oidc-else': 'x',
    }
    const { headers } = await echo('/', forged)
    expect(JSON.stringify(headers)).not.toContain('forged')
    expect(headers).not.toHaveProperty('x-amzn-oidc-else')
  })

  test('is the path and query as sent', async () => {
    expect((await echo('/a%2Fb/../c?d=%20e')).url).toBe('/c?d=%20e')
  })
})

describe('rules', () => {
  test('without an authenticate action pass everything through, forged headers too', async () => {
    const { headers } = await echo('/public/a', { 'x-amzn-oidc-data': 'forged' })
    expect(headers['x-amzn-oidc-data']).toBe('forged')
  })

  test('with allow pass people on without headers, and with them when there is a session', async () => {
    expect((await echo('/maybe', { 'x-amzn-oidc-data': 'forged' })).headers).not.toHaveProperty('x-amzn-oidc-data')
    expect((await echo('/maybe')).headers).toHaveProperty('x-amzn-oidc-data')
  })

  test('with allow pass those on without headers whose session is over', async () => {
    const { headers } = await echo('/maybe', { cookie: 'AWSELBAuthSessionCookie-0=over; theme=dark' })
    expect(headers).not.toHaveProperty('x-amzn-oidc-data')
    expect(headers.cookie).toBe('theme=dark')
  })

  test('with deny answer 401, but send those whose session is over to sign in', async () => {
    expect((await fetch(`${alb.url}/api/a`, { redirect: 'manual' })).status).toBe(401)
    const headers = { cookie: 'AWSELBAuthSessionCookie-0=over' }
    expect((await fetch(`${alb.url}/api/a`, { headers, redirect: 'manual' })).status).toBe(302)
    expect((await fetch(`${alb.url}/api/a`, { headers: { cookie } })).status).toBe(200)
  })

  test('may lead to another app', async () => {
    const other = createServer((_req, res) => res.end('the other app'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const rules = [{ path: '/other', action: 'authenticate', target: `http://127.0.0.1:${port}` }] as const
    const both = await startLocalAlb({ target: app.url, port: 0, rules: [...rules] })
    try {
      const headers = { cookie: both.signIn('a@example.com').cookie }
      expect(await (await fetch(`${both.url}/other`, { headers })).text()).toBe('the other app')
      expect((await fetch(`${both.url}/else`, { headers })).headers.get('content-type')).toBe('application/json')
    } finally {
      await both.stop()
      other.closeAllConnections()
      other.close()
    }
  })
})

describe('bodies and streams', () => {
  test('a large body arrives whole', async () => {
    const body = randomBytes(8 * 1024 * 1024)
    const response = await fetch(`${alb.url}/upload`, { method: 'POST', body, headers: { cookie } })
    expect(await response.text()).toBe(createHash('sha256').update(body).digest('hex'))
  })

  test('server-sent events arrive while the answer is still open', async () => {
    const response = await fetch(`${alb.url}/events`, { headers: { cookie } })
    const reader = response.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    expect(Buffer.from(value ?? []).toString()).toBe('data: first\n\n')
    await reader?.cancel()
  })

  test('a WebSocket has the headers on its upgrade, and its messages go both ways', async () => {
    const socket = new WebSocket(`${alb.url.replace('http', 'ws')}/socket`, { headers: { cookie } })
    const messages: string[] = []
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('message', (data) => {
        messages.push((data as Buffer).toString())
        if (messages.length === 1) socket.send('hello')
        else resolve()
      })
    })
    socket.terminate()
    const headers = JSON.parse(messages[0] ?? '') as Echo['headers']
    expect((await readAlbToken(headers['x-amzn-oidc-data'], alb.url)).isVerified).toBe(true)
    expect(messages[1]).toBe('echo hello')
  })

  test('a WebSocket without a session is not upgraded', async () => {
    const socket = new WebSocket(`${alb.url.replace('http', 'ws')}/api/socket`)
    expect(await refusalOf(socket)).toBe(401)
  })
})

describe('an app that fails', () => {
  test('answers 504 when it takes too long', async () => {
    expect((await fetch(`${alb.url}/slow`, { headers: { cookie } })).status).toBe(504)
  })

  test('answers 502 when it hangs up', async () => {
    expect((await fetch(`${alb.url}/cut`, { headers: { cookie } })).status).toBe(502)
  })

  test('answers 502 when it is down', async () => {
    const down = await startEchoApp()
    await down.stop()
    const alone = await startLocalAlb({ target: down.url, port: 0 })
    try {
      const headers = { cookie: alone.signIn('a@example.com').cookie }
      expect((await fetch(alone.url, { headers })).status).toBe(502)
      expect(await refusalOf(new WebSocket(alone.url.replace('http', 'ws'), { headers }))).toBe(502)
    } finally {
      await alone.stop()
    }
  })
})

describe('faults', () => {
  const data = async () => await readAlbToken((await echo()).headers['x-amzn-oidc-data'], alb.url)
  const access = async () =>
    await readAccessToken(
      (await echo()).headers['x-amzn-oidc-accesstoken'],
      alb.url,
      alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? '',
    )

  test('expired: the user claims token is', async () => {
    alb.setFault('expired')
    expect(Number((await data()).header['exp'])).toBeLessThan(Date.now() / 1000)
  })

  test('wrong_signer: really signed, for another load balancer', async () => {
    alb.setFault('wrong_signer')
    const { header, isVerified } = await data()
    expect(header['signer']).not.toBe(alb.env['COGNITO_AUTH_ALB_ARN'])
    expect(isVerified).toBe(true)
  })

  test('bad_signature: it does not verify', async () => {
    alb.setFault('bad_signature')
    expect((await data()).isVerified).toBe(false)
  })

  test('wrong_client: in both tokens', async () => {
    alb.setFault('wrong_client')
    expect((await data()).header['client']).toBe((await access()).claims['client_id'])
    expect((await data()).header['client']).not.toBe(alb.env['COGNITO_AUTH_CLIENT_ID'])
  })

  test('wrong_subject: the access token is of somebody else, for as long as the fault is set', async () => {
    alb.setFault('wrong_subject')
    expect((await access()).claims['sub']).not.toBe((await data()).claims['sub'])
    alb.setFault(undefined)
    expect((await access()).claims['sub']).toBe((await data()).claims['sub'])
  })

  test.each([
    ['missing_data', 'x-amzn-oidc-data'],
    ['missing_access_token', 'x-amzn-oidc-accesstoken'],
  ] as const)('%s: %s is not sent', async (fault, name) => {
    alb.setFault(fault)
    expect((await echo()).headers).not.toHaveProperty(name)
  })

  test('unverified_email: as Cognito says it, in a text', async () => {
    alb.setFault('unverified_email')
    expect((await data()).claims['email_verified']).toBe('false')
  })

  test('oversized: the load balancer itself answers 500', async () => {
    alb.setFault('oversized')
    expect((await fetch(alb.url, { headers: { cookie } })).status).toBe(500)
  })

  test.each([
    [8_000, 200],
    [11_000, 500],
  ])('a real user whose name is %i long gets %i, without any fault', async (length, status) => {
    const { cookie: big } = alb.signIn({ email: 'a@example.com', name: 'x'.repeat(length) })
    expect((await fetch(alb.url, { headers: { cookie: big } })).status).toBe(status)
  })

  test('keys_error and keys_down: the keys are not to be had', async () => {
    const url = `${alb.url}/_local-alb/${alb.env['COGNITO_AUTH_USER_POOL_ID']}/.well-known/jwks.json`
    alb.setFault('keys_error')
    expect((await fetch(url)).status).toBe(500)
    alb.setFault('keys_down')
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  test('an unknown one is named, with those there are', () => {
    expect(() => alb.setFault('expird' as FaultName)).toThrow(
      /Unknown fault 'expird'\. Did you mean 'expired'\? There are expired,/,
    )
  })

  test('can be set over HTTP by a script, but not by a page of another site', async () => {
    const send = async (headers: Record<string, string>): Promise<Response> =>
      await fetch(`${alb.url}/_local-alb/api/fault`, { method: 'POST', headers, body: '{"fault":"bad_signature"}' })
    expect((await send({})).status).toBe(403)
    expect((await data()).isVerified).toBe(true)
    expect((await send({ 'x-local-alb': '1' })).status).toBe(200)
    expect((await data()).isVerified).toBe(false)
  })
})

describe('keys', () => {
  test('rotate, and the old ones stay published', async () => {
    const before = (await echo()).headers['x-amzn-oidc-data']
    alb.rotateKeys()
    const after = (await echo()).headers['x-amzn-oidc-data']
    const [old, fresh] = [await readAlbToken(before, alb.url), await readAlbToken(after, alb.url)]
    expect(fresh.header['kid']).not.toBe(old.header['kid'])
    expect([old.isVerified, fresh.isVerified]).toEqual([true, true])
  })

  test.each(['nobody', '../x', '00000000-0000-0000-0000-000000000000', '%00'])(
    'there is none called %s',
    async (kid) => {
      const response = await fetch(`${alb.url}/_local-alb/keys/${encodeURIComponent(kid)}`)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/xml')
    },
  )
})

test('a session ends after its time', async () => {
  const short = await startLocalAlb({ target: app.url, port: 0, sessionSeconds: 5 })
  try {
    const headers = { cookie: short.signIn('a@example.com').cookie }
    const begun = Date.now()
    const status = async () => (await fetch(short.url, { headers, redirect: 'manual' })).status
    vi.useFakeTimers({ toFake: ['Date'], now: begun + 4_000 })
    expect(await status()).toBe(200)
    vi.setSystemTime(begun + 6_000)
    expect(await status()).toBe(302)
  } finally {
    vi.useRealTimers()
    await short.stop()
  }
})

describe('limits on headers', () => {
  test.each([
    ['one of 15 K', { 'x-large': 'x'.repeat(15_000) }, 200],
    ['one of over 16 K', { 'x-large': 'x'.repeat(16_500) }, 400],
    ['all together over 64 K', Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`x-${n}`, 'x'.repeat(14_000)])), 400],
  ])('%s: %o gets %i', async (_what, large: Record<string, string>, status) => {
    expect((await fetch(`${alb.url}/roomy`, { headers: { cookie, ...large } })).status).toBe(status)
  })

  test('a request line of over 16 K gets 400', async () => {
    expect((await fetch(`${alb.url}/${'x'.repeat(16_500)}`, { headers: { cookie } })).status).toBe(400)
  })
})
