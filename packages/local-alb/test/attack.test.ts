import { createServer, type IncomingMessage, type Server } from 'node:http'
import { verify } from 'node:crypto'
import { AlbJwtVerifier } from 'aws-jwt-verify'
import { AlbJwksCache } from 'aws-jwt-verify/alb-cache'
import { CognitoAuth, CognitoAuthError } from '@cognito-auth/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type AttackReport, type LocalAlb, type LocalAlbOptions, startLocalAlb } from '../src/index.js'

/** What an app makes of a request: the status, and what it shows. */
type Check = (headers: IncomingMessage['headers'], alb: LocalAlb) => Promise<readonly [status: number, body: string]>

let app: Server | undefined
let alb: LocalAlb | undefined
afterEach(async () => {
  await alb?.stop()
  app?.closeAllConnections()
  app?.close()
})

async function start(check: Check, options: LocalAlbOptions = {}): Promise<LocalAlb> {
  const server = createServer((req, res) => {
    if (alb === undefined) throw new Error('unreachable: nobody asks before')
    void check(req.headers, alb).then(([status, body]) => res.writeHead(status).end(body))
  })
  app = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  alb = await startLocalAlb({ target: `http://127.0.0.1:${port}`, port: 0, ...options })
  return alb
}

const named = (report: AttackReport, verdict: string): string[] =>
  report.results.filter((one) => one.verdict === verdict).map(({ name }) => name)

const partsOf = (token: string): [header: string, claims: string, signature: string] => {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, claims, signature]
}
const json = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

/** As many apps have it: the key that the token names, and the signature; no signer, no issuer, no time. */
const signatureOnly: Check = async (headers, { url }) => {
  try {
    const token = String(headers['x-amzn-oidc-data'])
    const [header, claims, signature] = partsOf(token)
    const pem = await (await fetch(`${url}/_local-alb/keys/${String(json(header)['kid'])}`)).text()
    const key = { key: pem, dsaEncoding: 'ieee-p1363' } as const
    const input = Buffer.from(`${header}.${claims}`)
    const isGood = verify('sha256', input, key, Buffer.from(signature, 'base64url'))
    return isGood ? [200, `hello ${String(json(claims)['email'])}`] : [401, 'no']
  } catch {
    return [401, 'no']
  }
}

describe('an app that only checks the signature', () => {
  test('is shown what gets in, and that its user is blamed for outages', async () => {
    const report = await (await start(signatureOnly)).attack()
    expect(named(report, 'fail')).toEqual([
      'wrong_signer',
      'wrong_client',
      'wrong_issuer',
      'expired',
      'path_kid',
      'duplicate_data',
      'keys_down',
      'keys_error',
    ])
    expect(named(report, 'pass')).toEqual(
      expect.arrayContaining([
        'good',
        'missing_headers',
        'bad_signature',
        'foreign_key',
        'embedded_key',
        'alg_none',
        'key_rotation',
      ]),
    )
    expect(report.results.find(({ name }) => name === 'missing_access_token')).toMatchObject({
      verdict: 'note',
      note: expect.stringContaining('must not take groups') as string,
    })
    // It waits for the key as long as that takes.
    expect(report.results.find(({ name }) => name === 'keys_slow')).toMatchObject({ got: 200, verdict: 'note' })
  })

  test('and takes groups from an access token that it does not check', async () => {
    const report = await (
      await start(async (headers, running) => {
        const [status, body] = await signatureOnly(headers, running)
        const [, claims] = partsOf(String(headers['x-amzn-oidc-accesstoken'] ?? ''))
        return [status, `${body}, ${claims === '' ? 'no groups' : String(json(claims)['cognito:groups'])}`]
      })
    ).attack()
    expect(named(report, 'fail')).toEqual(
      expect.arrayContaining(['forged_access_token', 'access_alg_none', 'access_alg_hs256']),
    )
  })
})

test('an app that believes the plain id is caught by what it answers', async () => {
  const report = await (
    await start(async (headers) => [
      headers['x-amzn-oidc-identity'] === undefined ? 401 : 200,
      `hello ${String(headers['x-amzn-oidc-identity'])}`,
    ])
  ).attack()
  expect(named(report, 'fail')).toEqual(
    expect.arrayContaining(['identity_only', 'wrong_identity', 'missing_data', 'garbage']),
  )
})

test('an app with the verifier of aws-jwt-verify rejects all attacks on the user claims token', async () => {
  const verifierOf = ({ env, url }: LocalAlb) =>
    AlbJwtVerifier.create(
      {
        albArn: env['COGNITO_AUTH_ALB_ARN'] ?? '',
        clientId: env['COGNITO_AUTH_CLIENT_ID'] ?? '',
        issuer: `https://cognito-idp.xx-local-1.amazonaws.com/${env['COGNITO_AUTH_USER_POOL_ID']}`,
        jwksUri: `${url}/_local-alb/keys`,
      },
      {
        jwksCache: new AlbJwksCache({
          fetcher: {
            async fetch(uri: string) {
              const response = await fetch(uri, { signal: AbortSignal.timeout(3_000) })
              if (!response.ok) throw new Error(`${response.status}`)
              return await response.arrayBuffer()
            },
          },
        }),
      },
    )
  let verifier: ReturnType<typeof verifierOf> | undefined
  const report = await (
    await start(async (headers, running) => {
      try {
        verifier ??= verifierOf(running)
        await verifier.verify(String(headers['x-amzn-oidc-data']))
        return [200, 'hello']
      } catch {
        return [401, 'no']
      }
    })
  ).attack()
  // Whoever answers 401 to every error of a verifier blames users for outages.
  expect(named(report, 'fail')).toEqual(['keys_down', 'keys_error', 'keys_slow'])
  expect(named(report, 'note')).toEqual([
    'wrong_identity',
    'missing_access_token',
    'expired_access_token',
    'wrong_subject',
    'forged_access_token',
    'access_alg_none',
    'access_alg_hs256',
  ])
})

describe('an app with these packages', () => {
  let auth: CognitoAuth | undefined
  afterEach(() => (auth = undefined))

  const checked: Check = async (headers, { env, url }) => {
    auth ??= new CognitoAuth({
      authoriser: null,
      albArn: env['COGNITO_AUTH_ALB_ARN'],
      clientId: env['COGNITO_AUTH_CLIENT_ID'],
      userPoolId: env['COGNITO_AUTH_USER_POOL_ID'],
      localAlb: url,
    })
    try {
      return [200, `hello ${(await auth.requireUser(headers)).email}`]
    } catch (error) {
      if (!(error instanceof CognitoAuthError)) throw error
      return [error.status, error.code]
    }
  }

  test('passes all of it', async () => {
    const running = await start(checked)
    const report = await running.attack()
    expect(report.results.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
    expect(report).toMatchObject({ path: '/', failed: 0, passed: report.results.length })
    // Nobody's fault is left on.
    const api = await fetch(`${running.url}/_local-alb/api/fault`, { headers: { 'x-local-alb': '1' } })
    expect(await api.json()).toEqual({ fault: null })
  })

  test('is tried as a user whom it answers', async () => {
    const onlyDev: Check = async (headers, running) => {
      const [status, body] = await checked(headers, running)
      return status === 200 && !body.includes('dev@') ? [403, 'denied'] : [status, body]
    }
    const running = await start(onlyDev)
    expect((await running.attack({ path: '/a' })).failed).toBe(0)
    await expect(running.attack({ user: 'guest@example.com' })).rejects.toThrow(
      /answers correct requests for \/ with 403, so/,
    )
    await expect(running.attack({ user: 'nobody@example.com' })).rejects.toThrow('there is no user nobody@example.com')
    await expect(running.attack({ path: '//evil.example' })).rejects.toThrow('must begin with one /')
  })
})

test('a page that is open to everybody is said to be so', async () => {
  const report = await (await start(async () => [200, 'welcome'])).attack()
  expect(report.results.find(({ name }) => name === 'missing_headers')).toMatchObject({
    verdict: 'fail',
    note: expect.stringContaining('--attack-path') as string,
  })
})

test('a ticket that was not given out is nothing, and none reaches the app', async () => {
  const running = await start(async (headers) => [200, JSON.stringify(headers)], {
    rules: [{ path: '/open', action: 'none' }],
  })
  const headers = { 'x-local-alb-ticket': '0'.repeat(32) }
  expect((await fetch(running.url, { headers, redirect: 'manual' })).status).toBe(302)
  expect(await (await fetch(`${running.url}/open`, { headers })).json()).not.toHaveProperty('x-local-alb-ticket')
})
