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

describe('another provider (authenticate-oidc)', () => {
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

describe('an option that is wrong', () => {
  test.each<[given: Record<string, unknown>, says: RegExp]>([
    [{ sessionSeconds: 0 }, /^sessionSeconds must be a whole number of seconds/],
    [{ sessionSeconds: Number.NaN }, /^sessionSeconds must/],
    [{ port: 70_000 }, /^port must be a port/],
    [{ port: '8080' }, /^port must be a port/],
    [{ oidc: { issuer: 'http://idp.example' } }, /^oidc\.issuer must be an https URL/],
    [{ oidc: { isuer: 'https://idp.example' } }, /^oidc/],
    [{ logoutUrls: ['x'] }, /^logoutUrls\.0 must be a URL/],
    [{ rule: [] }, /^there is no option rule; there are target, /],
    [{ users: [{ email: 'a@example.com', claims: { sub: 'x' } }] }, /^users\[0\]\.claims must not have claims/],
    [{ fault: 'x' }, /^there is no fault "x"/],
    [{ command: 'node app.js' }, /^command must be a list/],
  ])('%o is refused by name', async (given, says) => {
    await expect(startLocalAlb({ target: app.url, port: 0, ...given })).rejects.toThrow(says)
  })
})
