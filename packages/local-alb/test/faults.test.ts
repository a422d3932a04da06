import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FAULT_GROUPS } from '../src/options/faults.js'
import { FAULTS, type FaultName, type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'
import { type Echo, type EchoApp, startEchoApp } from './echo-app.js'
import { readAccessToken, readAlbToken } from './tokens.js'

let app: EchoApp
let alb: LocalAlb
let cookie: string

beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({ target: app.url, port: 0, rules: [{ path: '/api/*', action: 'deny' }] })
  cookie = alb.signIn('dev@example.com').cookie
})

afterAll(async () => {
  await alb.stop()
  await app.stop()
})

afterEach(() => alb.setFault(undefined))

const headersOf = async (): Promise<Echo['headers']> =>
  ((await (await fetch(alb.url, { headers: { cookie } })).json()) as Echo).headers
const dataHeader = async (): Promise<string> => String((await headersOf())['x-amzn-oidc-data'])
const accessClaims = async () => {
  const token = (await headersOf())['x-amzn-oidc-accesstoken']
  return (await readAccessToken(token, alb.url, alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? '')).claims
}

/** Status of a path that is sent as it stands: `fetch` would resolve it first. */
async function pemAt(path: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    request(new URL(alb.url), { path }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })
}

describe('every fault', () => {
  const names = Object.keys(FAULTS) as FaultName[]

  test('is on the status page, once', () => {
    expect(Object.values(FAULT_GROUPS).flat().toSorted()).toEqual(names.toSorted())
  })

  test.each(names)('%s can be set by page and by HTTP API, and is shown', async (name) => {
    const browser = new Browser()
    const form = fieldOf(await (await browser.send(`${alb.url}/_local-alb`)).text(), 'form')
    const body = new URLSearchParams({ form, fault: name })
    await browser.send(`${alb.url}/_local-alb/fault`, { method: 'POST', body })
    const page = await (await browser.send(`${alb.url}/_local-alb/faults`)).text()
    expect(page).toMatch(new RegExp(`value="${name}"\\s+aria-pressed="true"`))
    const init = { method: 'POST', headers: { 'x-local-alb': '1' } }
    await fetch(`${alb.url}/_local-alb/api/fault`, { ...init, body: '{"fault":null}' })
    expect(await (await browser.send(`${alb.url}/_local-alb/faults`)).text()).toContain('No fault is set')
    const answer = await fetch(`${alb.url}/_local-alb/api/fault`, { ...init, body: JSON.stringify({ fault: name }) })
    expect(await answer.json()).toEqual({ fault: name })
  })
})

describe('tokens of somebody else', () => {
  test('expired_access_token: really signed, and over', async () => {
    alb.setFault('expired_access_token')
    expect(Number((await accessClaims())['exp'])).toBeLessThan(Date.now() / 1000)
  })

  test('wrong_issuer: in both tokens, really signed', async () => {
    alb.setFault('wrong_issuer')
    const { header, claims, isVerified } = await readAlbToken(await dataHeader(), alb.url)
    expect(isVerified).toBe(true)
    expect(header['iss']).not.toContain(alb.env['COGNITO_AUTH_USER_POOL_ID'])
    expect([claims['iss'], (await accessClaims())['iss']]).toEqual([header['iss'], header['iss']])
  })

  test('wrong_identity: the header is of another user than the tokens', async () => {
    alb.setFault('wrong_identity')
    const headers = await headersOf()
    const { claims } = await readAlbToken(headers['x-amzn-oidc-data'], alb.url)
    expect(headers['x-amzn-oidc-identity']).not.toBe(claims['sub'])
  })

  test('unknown_key: its key id was never published', async () => {
    alb.setFault('unknown_key')
    await expect(async () => await readAlbToken(await dataHeader(), alb.url)).rejects.toThrow('unsupported')
  })
})

describe('attacks', () => {
  test('missing_headers: none of the three', async () => {
    alb.setFault('missing_headers')
    expect(Object.keys(await headersOf()).filter((name) => name.startsWith('x-amzn-oidc'))).toEqual([])
  })

  test('duplicate_data: two lines, which Node joins', async () => {
    alb.setFault('duplicate_data')
    expect(await dataHeader()).toMatch(/^[^, ]+, [^, ]+$/)
    expect(alb.headersFor('a@example.com')['x-amzn-oidc-data']).toMatch(/^[^, ]+, [^, ]+$/)
  })

  test('alg_none: no signature', async () => {
    alb.setFault('alg_none')
    const token = await dataHeader()
    expect(token).toMatch(/^[^.]+\.[^.]+\.$/)
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg: 'none' })
  })

  test('alg_hs256: the public key is the secret', async () => {
    alb.setFault('alg_hs256')
    const [header = '', claims = '', signature = ''] = (await dataHeader()).split('.')
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string; kid: string }
    const pem = await (await fetch(`${alb.url}/_local-alb/keys/${kid}`)).text()
    const expected = createHmac('sha256', pem).update(`${header}.${claims}`).digest()
    expect([alg, Buffer.from(signature, 'base64url')]).toEqual(['HS256', expected])
  })

  test('path_kid: an app that puts it into a URL finds the real key, and a good signature', async () => {
    alb.setFault('path_kid')
    const { header, isVerified } = await readAlbToken(await dataHeader(), alb.url)
    expect(header['kid']).toMatch(/^\.\.\/keys\/[0-9a-f-]{36}$/)
    expect(isVerified).toBe(true)
    expect(await pemAt(`/_local-alb/keys/${String(header['kid'])}`)).toContain('BEGIN PUBLIC KEY')
  })
})

describe('encoding', () => {
  test.each(['a@example.com', 'ab@example.com', 'abc@example.com'])(
    'stripped_padding: the token of %s does not verify as it is received',
    async (email) => {
      alb.setFault('stripped_padding')
      const token = alb.headersFor(email)['x-amzn-oidc-data']
      expect(token).not.toContain('=')
      expect((await readAlbToken(token, alb.url)).isVerified).toBe(false)
    },
  )

  test('unpadded: it does', async () => {
    alb.setFault('unpadded')
    const token = await dataHeader()
    expect(token).not.toContain('=')
    expect((await readAlbToken(token, alb.url)).isVerified).toBe(true)
  })

  test('standard_base64: with a character that base64url has not', async () => {
    alb.setFault('standard_base64')
    expect(await dataHeader()).toMatch(/[+/]/)
  })
})

describe('keys', () => {
  const kidOf = async () => (await readAlbToken(await dataHeader(), alb.url)).header['kid']

  test('key_rotation: another one for each request, all published', async () => {
    alb.setFault('key_rotation')
    expect(new Set([await kidOf(), await kidOf(), await kidOf()]).size).toBe(3)
  })

  test('rotate over HTTP', async () => {
    const before = await kidOf()
    const init = { method: 'POST', headers: { 'x-local-alb': '1' } }
    expect((await fetch(`${alb.url}/_local-alb/api/rotate-keys`, init)).status).toBe(200)
    expect(await kidOf()).not.toBe(before)
  })

  test('keys_slow: they come after 5 seconds', async () => {
    alb.setFault('keys_slow')
    const url = `${alb.url}/_local-alb/${alb.env['COGNITO_AUTH_USER_POOL_ID']}/.well-known/jwks.json`
    await expect(fetch(url, { signal: AbortSignal.timeout(500) })).rejects.toThrow('timeout')
    expect((await fetch(url)).status).toBe(200)
  }, 30_000)

  test('keys_error and keys_down: those of the load balancer, too', async () => {
    alb.setFault('keys_error')
    expect((await fetch(`${alb.url}/_local-alb/keys/x`)).status).toBe(500)
    alb.setFault('keys_down')
    await expect(fetch(`${alb.url}/_local-alb/keys/x`)).rejects.toThrow('fetch failed')
  })
})

describe('refresh_failure', () => {
  test('ends the sessions there are: people are sent to sign in, even where the rule is deny', async () => {
    const mine = alb.signIn('dev@example.com').cookie
    const status = async (path: string, value = mine) =>
      (await fetch(alb.url + path, { headers: { cookie: value }, redirect: 'manual' })).status
    expect(await status('/api/a')).toBe(200)
    alb.setFault('refresh_failure')
    expect(await status('/api/a')).toBe(302)
    // The session is gone, and not only for as long as the fault is set.
    alb.setFault(undefined)
    expect(await status('/')).toBe(302)
    // Who signs in while it is set has a good access token.
    alb.setFault('refresh_failure')
    alb.setFault('refresh_failure')
    const later = alb.signIn('dev@example.com').cookie
    expect(await status('/', later)).toBe(200)
    cookie = later
  })
})
