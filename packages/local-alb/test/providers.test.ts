import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type LocalAlb, type LocalAlbOptions, startLocalAlb } from '../src/index.js'
import { type Echo, type EchoApp, startEchoApp } from './echo-app.js'
import { readAccessToken, readAlbToken } from './tokens.js'

let app: EchoApp
let alb: LocalAlb | undefined

beforeAll(async () => {
  app = await startEchoApp()
})
afterAll(async () => await app.stop())
afterEach(async () => {
  vi.useRealTimers()
  await alb?.stop()
  alb = undefined
})

const user = {
  email: 'a@example.com',
  groups: ['developers'],
  claims: { 'custom:team': 'red', identities: [{ userId: '1', providerName: 'Google' }] },
}

async function start(options: LocalAlbOptions): Promise<LocalAlb> {
  alb = await startLocalAlb({ target: app.url, port: 0, ...options })
  return alb
}

async function sent({ url }: LocalAlb, cookie: string): Promise<Echo['headers']> {
  return ((await (await fetch(url, { headers: { cookie } })).json()) as Echo).headers
}

describe('Cognito', () => {
  test('says everything of userInfo in texts, and keeps groups in the access token', async () => {
    const running = await start({})
    const headers = await sent(running, running.signIn(user).cookie)
    const { claims } = await readAlbToken(headers['x-amzn-oidc-data'], running.url)
    expect(claims).toMatchObject({
      email_verified: 'true',
      'custom:team': 'red',
      identities: '[{"userId":"1","providerName":"Google"}]',
      username: claims['sub'],
    })
    expect(claims).not.toHaveProperty('cognito:groups')
  })

  test('publishes two keys, with ids of base64', async () => {
    const { url, env } = await start({})
    const response = await fetch(`${url}/_local-alb/${env['COGNITO_AUTH_USER_POOL_ID']}/.well-known/jwks.json`)
    const { keys } = (await response.json()) as { keys: { kid: string }[] }
    expect(keys.length).toBe(2)
    for (const { kid } of keys) expect(kid).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  })

  test('gives changed users their new groups when the access token is refreshed, and not before', async () => {
    const running = await start({ users: [{ email: 'a@example.com', groups: ['old'] }], accessTokenSeconds: 60 })
    const { cookie } = running.signIn('a@example.com')
    const groups = async () => {
      const token = (await sent(running, cookie))['x-amzn-oidc-accesstoken']
      const pool = running.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''
      return (await readAccessToken(token, running.url, pool)).claims['cognito:groups']
    }
    running.setUsers([{ email: 'a@example.com', groups: ['new'] }])
    expect(await groups()).toEqual(['old'])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    expect(await groups()).toEqual(['new'])
  })
})

describe('the access token of a session', () => {
  test('says on each refresh when that person signed in, and by which sign-in', async () => {
    const begun = 1_800_000_000
    vi.useFakeTimers({ toFake: ['Date'], now: begun * 1000 })
    const running = await start({ accessTokenSeconds: 60 })
    const { cookie } = running.signIn(user)
    const pool = running.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''
    const claims = async () =>
      (await readAccessToken((await sent(running, cookie))['x-amzn-oidc-accesstoken'], running.url, pool)).claims
    const first = await claims()
    vi.setSystemTime((begun + 100) * 1000)
    const refreshed = await claims()
    expect(refreshed).toMatchObject({ auth_time: begun, iat: begun + 100, origin_jti: first['origin_jti'] })
    expect(refreshed['jti']).not.toBe(first['jti'])
    // Faults spoil what they say and nothing else.
    running.setFault('wrong_client')
    expect(await claims()).toMatchObject({ auth_time: begun, origin_jti: first['origin_jti'] })
    running.setFault('expired_access_token')
    const { auth_time: authTime, iat } = await claims()
    expect(authTime).toBe(iat)
  })

  test('is of another sign-in for another session', async () => {
    const running = await start({})
    const pool = running.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''
    const originOf = async () => {
      const token = (await sent(running, running.signIn(user).cookie))['x-amzn-oidc-accesstoken']
      return (await readAccessToken(token, running.url, pool)).claims['origin_jti']
    }
    expect(await originOf()).not.toBe(await originOf())
  })
})

describe('a user', () => {
  const robot = { email: null, sub: 'robot-1', name: 'Robot', email_verified: null }

  test.each([{}, { oidc: {} }])('may be without e-mail: %o', async (options) => {
    const running = await start({ ...options, users: [robot] })
    const headers = await sent(running, running.signIn('robot-1').cookie)
    const { claims } = await readAlbToken(headers['x-amzn-oidc-data'], running.url)
    expect(claims).toMatchObject({ sub: 'robot-1', name: 'Robot' })
    expect(claims).not.toHaveProperty('email')
    expect(claims).not.toHaveProperty('email_verified')
    expect(headers['x-amzn-oidc-identity']).toBe('robot-1')
    const [request] = (await recentOf(running)).requests
    expect(request).toMatchObject({ user: 'robot-1' })
  })

  test.each([{}, { oidc: {} }])('may be of a pool that says nothing of the e-mail: %o', async (options) => {
    const running = await start(options)
    const { cookie } = running.signIn({ email: 'a@example.com', email_verified: null })
    const { claims } = await readAlbToken((await sent(running, cookie))['x-amzn-oidc-data'], running.url)
    expect(claims['email']).toBe('a@example.com')
    expect(claims).not.toHaveProperty('email_verified')
  })
})

async function recentOf({ url }: LocalAlb): Promise<{ requests: unknown[] }> {
  const response = await fetch(`${url}/_local-alb/api/requests`, { headers: { 'x-local-alb': '1' } })
  return (await response.json()) as { requests: unknown[] }
}

describe('another provider (authenticate-oidc)', () => {
  test.each(['expired_access_token', 'wrong_subject'] as const)(
    'refuses the fault %s, which would do nothing',
    async (fault) => {
      const running = await start({ oidc: {} })
      expect(() => running.setFault(fault)).toThrow(`the fault ${fault} does nothing here: the access token`)
      const page = await (await fetch(`${running.url}/_local-alb/faults`)).text()
      expect(page).toContain('does nothing here: the access token of another provider is opaque')
      expect(page).not.toContain(`value="${fault}"`)
      await expect(startLocalAlb({ target: app.url, port: 0, oidc: {}, fault })).rejects.toThrow('does nothing here')
    },
  )

  test('has real booleans and lists in userInfo, groups among them, no username, and an opaque access token', async () => {
    const running = await start({ oidc: {} })
    const headers = await sent(running, running.signIn(user).cookie)
    const { header, claims, isVerified } = await readAlbToken(headers['x-amzn-oidc-data'], running.url)
    expect(isVerified).toBe(true)
    expect(claims).toMatchObject({ email_verified: true, groups: ['developers'], 'custom:team': 'red' })
    expect(claims['identities']).toEqual(user.claims.identities)
    expect(claims).not.toHaveProperty('username')
    expect(claims['sub']).toBe(headers['x-amzn-oidc-identity'])
    expect(header['iss']).toBe('https://idp.local-alb.example')
    expect(headers['x-amzn-oidc-accesstoken']).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('tells the app its issuer and claim, and no user pool', async () => {
    const { env } = await start({ oidc: { issuer: 'https://login.example.com/', groupsClaim: 'roles' } })
    expect(env).toMatchObject({
      COGNITO_AUTH_ISSUER: 'https://login.example.com/',
      COGNITO_AUTH_GROUPS_CLAIM: 'roles',
    })
    expect(env).not.toHaveProperty('COGNITO_AUTH_USER_POOL_ID')
    expect(env).not.toHaveProperty('COGNITO_AUTH_DOMAIN')
  })

  test('has its faults, too', async () => {
    const running = await start({ oidc: {}, fault: 'unverified_email' })
    const data = async () =>
      await readAlbToken((await sent(running, running.signIn(user).cookie))['x-amzn-oidc-data'], running.url)
    expect((await data()).claims['email_verified']).toBe(false)
    running.setFault('wrong_issuer')
    expect((await data()).claims['iss']).toBe('https://idp.somebody-else.example')
  })
})

describe('how long tokens last', () => {
  test('can be told', async () => {
    const now = 1_800_000_000
    vi.useFakeTimers({ toFake: ['Date'], now: now * 1000 })
    const running = await start({ tokenSeconds: 7, accessTokenSeconds: 9 })
    const headers = await sent(running, running.signIn(user).cookie)
    expect((await readAlbToken(headers['x-amzn-oidc-data'], running.url)).claims['exp']).toBe(now + 7)
    const pool = running.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''
    const access = await readAccessToken(headers['x-amzn-oidc-accesstoken'], running.url, pool)
    expect(access.claims['exp']).toBe(now + 9)
  })
})
