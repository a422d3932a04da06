import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_USERS, type LocalAlb, startLocalAlb } from '../src/index.js'
import { type EchoApp, startEchoApp } from './echo-app.js'

let app: EchoApp
let alb: LocalAlb

beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({ target: app.url, port: 0 })
})
afterAll(async () => {
  await alb.stop()
  await app.stop()
})
afterEach(() => {
  alb.setFault(undefined)
  alb.setUsers(DEFAULT_USERS)
})

const OURS = { 'x-local-alb': '1' }

async function call(method: string, name: string, body?: string, headers: Record<string, string> = OURS) {
  const response = await fetch(`${alb.url}/_local-alb/api/${name}`, { method, headers, ...(body && { body }) })
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
  return { status: response.status, value: (await response.json()) as Record<string, unknown> }
}

describe('POST', () => {
  test('sign-in begins a session of a listed user, for scripts and for browsers', async () => {
    const { status, value } = await call('POST', 'sign-in', '{"user":"dev@example.com"}')
    expect(status).toBe(200)
    const { cookie, cookies } = value as { cookie: string; cookies: Record<string, unknown>[] }
    const [first] = cookies
    expect(cookies).toEqual([
      { name: 'AWSELBAuthSessionCookie-0', value: first?.['value'], url: alb.url, httpOnly: true, sameSite: 'Lax' },
    ])
    expect(cookie).toBe(`AWSELBAuthSessionCookie-0=${String(first?.['value'])}`)
    const { value: session } = await call('GET', 'session', undefined, { ...OURS, cookie })
    expect(session).toMatchObject({ session: { user: { email: 'dev@example.com', groups: ['developers'] } } })
  })

  test('sign-in takes anybody: by e-mail, or as a whole user', async () => {
    for (const user of ['new@example.com', { email: 'new@example.com', groups: ['a'] }]) {
      const { value } = await call('POST', 'sign-in', JSON.stringify({ user }))
      const answer = await fetch(alb.url, { headers: { cookie: String(value['cookie']) } })
      expect(answer.status).toBe(200)
    }
  })

  test('users changes who can sign in', async () => {
    const users = [{ email: 'a@example.com', groups: ['x'] }]
    expect(await call('POST', 'users', JSON.stringify({ users }))).toEqual({ status: 200, value: { users } })
    expect(await call('GET', 'users')).toEqual({ status: 200, value: { users } })
  })

  test('clock moves the time of the load balancer', async () => {
    const { value } = await call('POST', 'clock', '{"at":"+2h"}')
    expect(Date.parse(String(value['at'])) - Date.now()).toBeGreaterThan(7_100_000)
    expect((await call('POST', 'clock', '{"at":"soon"}')).value['error']).toMatch(/^at must be a date such as/)
    expect((await call('POST', 'clock', '{"at":null}')).status).toBe(200)
  })

  test('rotate-keys needs no body, and takes {} for one', async () => {
    // `fetch` says "content-length: 0"; curl without -d says nothing at all.
    expect(await call('POST', 'rotate-keys')).toEqual({ status: 200, value: {} })
    expect(await call('POST', 'rotate-keys', '{}')).toEqual({ status: 200, value: {} })
  })

  test.each([
    ['fault', '{"fualt":"expired"}', "Unknown key 'fualt'. Did you mean 'fault'?"],
    ['fault', '[]', 'the body must be a JSON object'],
    ['fault', '{}', 'the body must be like {"fault": ...}'],
    ['fault', '{"fault":5}', 'fault must be a name, or null for none'],
    ['fault', '{', 'the body must be JSON'],
    ['rotate-keys', '{"x":1}', "Unknown key 'x': it takes an empty body"],
    ['sign-in', '{"user":"x"}', 'user.email must be an e-mail address'],
    ['sign-in', '{"user":{"email":"a@example.com","group":[]}}', "user.group is unknown. Did you mean 'groups'?"],
    ['users', '{"users":[{"email":"x"}]}', 'users[0].email must be an e-mail address'],
  ])('%s with %s is refused, and changes nothing', async (name, body, error) => {
    alb.setFault('expired')
    expect(await call('POST', name, body)).toEqual({ status: 400, value: { error } })
    expect((await call('GET', 'fault')).value).toEqual({ fault: 'expired' })
  })

  test('a body over 16 K is refused', async () => {
    const { status, value } = await call('POST', 'users', JSON.stringify({ users: 'x'.repeat(20_000) }))
    expect([status, value['error']]).toEqual([400, expect.stringContaining('at most 16 K')])
  })
})

describe('GET', () => {
  test('tells the fault', async () => {
    expect((await call('GET', 'fault')).value).toEqual({ fault: null })
    alb.setFault('wrong_signer')
    expect((await call('GET', 'fault')).value).toEqual({ fault: 'wrong_signer' })
  })

  test('tells no session where there is none', async () => {
    expect((await call('GET', 'session')).value).toEqual({ session: null })
  })

  test('tells the headers as last sent, tokens taken apart, and recent requests', async () => {
    const { cookie } = alb.signIn('dev@example.com')
    await fetch(`${alb.url}/a?b`, { headers: { cookie } })
    const { headers } = (await call('GET', 'headers')).value as { headers: Record<string, unknown> }
    expect(headers['x-amzn-oidc-data']).toMatchObject({
      header: { alg: 'ES256', signer: alb.env['COGNITO_AUTH_ALB_ARN'] },
      claims: { email: 'dev@example.com' },
    })
    expect(headers['x-amzn-oidc-accesstoken']).toMatchObject({ claims: { 'cognito:groups': ['developers'] } })
    const { requests } = (await call('GET', 'requests')).value as { requests: unknown[] }
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/a?b', user: 'dev@example.com', status: 200 })
  })
})

describe('what is not for other sites, and what there is not', () => {
  test.each([
    ['GET', 'fault'],
    ['GET', 'session'],
    ['GET', 'headers'],
    ['GET', 'requests'],
    ['POST', 'fault'],
    ['POST', 'sign-in'],
    ['POST', 'users'],
    ['POST', 'rotate-keys'],
  ])('%s %s needs a header that makes browsers ask first', async (method, name) => {
    const { status, value } = await call(method, name, undefined, {})
    expect([status, value]).toEqual([403, { error: 'send the header x-local-alb: 1' }])
  })

  test('a browser that asks is not told yes', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-headers': 'x-local-alb' }
    expect((await call('OPTIONS', 'session', undefined, headers)).status).toBe(405)
  })

  test.each(['foo', 'toString', ''])('"%s" is not found, in JSON', async (name) => {
    for (const method of ['GET', 'POST']) {
      const { status, value } = await call(method, name, undefined, {})
      expect([status, value['error']]).toEqual([
        404,
        expect.stringContaining('there are clock, fault, headers, requests'),
      ])
    }
  })

  test('another method is told which', async () => {
    expect(await call('GET', 'rotate-keys')).toEqual({
      status: 405,
      value: { error: '/_local-alb/api/rotate-keys takes POST' },
    })
    expect((await call('PUT', 'fault', '{}')).value).toEqual({ error: '/_local-alb/api/fault takes GET and POST' })
  })
})
