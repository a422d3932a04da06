/**
 * The order of checks is part of the contract: alarms and people go by `reason`. Of any two things that are wrong, the
 * earlier one is named. The lists below are the order; `docs/security.md` is compared with them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { createTestAlb } from '@cognito-auth/testing'
import { describe, expect, test } from 'vitest'
import { CognitoAuth, type CognitoAuthOptions } from '../src/index.js'

type Members = Readonly<Record<string, unknown>>
type Headers = Record<string, string | string[]>

/** One thing that is wrong. */
interface Spoil {
  /** Code, or reason of `invalid_token`. */
  readonly names: string
  readonly what: string
  readonly header?: Members
  readonly claims?: Members
  readonly text?: (token: string) => string
  readonly headers?: (headers: Headers) => Headers
}

const alb = await createTestAlb()
const user = { email: 'dev@example.com', groups: ['developers'] }
const hour = 3600
const now = Math.floor(Date.now() / 1000)

const cut = (token: string): string => `${token.slice(0, token.lastIndexOf('.') + 1)}AAAA`
const flip = (token: string): string => {
  const at = token.lastIndexOf('.') + 40
  return at >= token.length ? token : token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}
const broken = (token: string): string => token.replace('.', '.!')
const huge = { filler: 'x'.repeat(17 * 1024) }

const HEADERS: Spoil[] = [
  {
    names: 'duplicate_header',
    what: 'a header is there twice',
    headers: (headers) => ({ ...headers, 'X-Amzn-Oidc-Identity': String(headers['x-amzn-oidc-identity']) }),
  },
  {
    names: 'missing_token',
    what: 'a token is not there',
    headers: (headers) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'x-amzn-oidc-accesstoken')),
  },
]

const ALB_TOKEN: Spoil[] = [
  { names: 'too_large', what: 'over 16 KiB', claims: huge },
  { names: 'malformed', what: 'not base64url', text: broken },
  { names: 'algorithm', what: '"alg"', header: { alg: 'HS256' } },
  { names: 'header', what: '"crit"', header: { crit: ['exp'] } },
  {
    names: 'signer',
    what: 'another load balancer',
    header: { signer: alb.options.albArn.replace('test-alb', 'other') },
  },
  { names: 'client', what: 'another client', header: { client: 'other' } },
  { names: 'issuer', what: 'another pool', header: { iss: `${alb.issuer}x` } },
  { names: 'key_id', what: 'no UUID', header: { kid: 'x' } },
  { names: 'claims', what: 'no "exp"', header: { exp: undefined } },
  { names: 'expired_token', what: '"exp" of the payload', claims: { exp: now - hour } },
  { names: 'not_yet_valid', what: '"nbf"', claims: { nbf: now + hour } },
  { names: 'signature', what: 'not 64 bytes', text: cut },
  { names: 'key_not_found', what: 'a key that nobody publishes', header: { kid: randomUUID() } },
  { names: 'signature', what: 'invalid', text: flip },
  { names: 'issuer', what: '"iss" of the payload', claims: { iss: `${alb.issuer}y` } },
  { names: 'subject', what: 'no "sub"', claims: { sub: undefined } },
]

const IDENTITY: Spoil[] = [
  {
    names: 'subject',
    what: 'x-amzn-oidc-identity of another user',
    headers: (headers) => ({ ...headers, 'x-amzn-oidc-identity': 'other' }),
  },
]

const ACCESS_TOKEN: Spoil[] = [
  { names: 'too_large', what: 'over 16 KiB', claims: huge },
  { names: 'malformed', what: 'not base64url', text: broken },
  { names: 'algorithm', what: '"alg"', header: { alg: 'ES256' } },
  { names: 'header', what: '"b64"', header: { b64: false } },
  { names: 'issuer', what: 'another pool', claims: { iss: `${alb.issuer}x` } },
  { names: 'client', what: 'another client', claims: { client_id: 'other' } },
  { names: 'subject', what: 'another user', claims: { sub: 'other' } },
  { names: 'token_use', what: 'an ID token', claims: { token_use: 'id' } },
  { names: 'expired_token', what: '"exp"', claims: { exp: now - hour } },
  { names: 'not_yet_valid', what: '"iat"', claims: { iat: now + hour } },
  { names: 'key_id', what: 'no "kid"', header: { kid: undefined } },
  { names: 'claims', what: '"jti" of the wrong type', claims: { jti: 5 } },
  { names: 'key_not_found', what: 'a key that nobody publishes', header: { kid: randomUUID() } },
  { names: 'signature', what: 'invalid', text: flip },
]

const BEARER_TOKEN: Spoil[] = [
  {
    names: 'duplicate_header',
    what: 'two lines',
    headers: ({ authorization = '' }) => ({ authorization: [String(authorization), String(authorization)] }),
  },
  { names: 'too_large', what: 'over 16 KiB', claims: huge },
  { names: 'malformed', what: 'not three parts', text: (token) => `${token}.x` },
  { names: 'algorithm', what: '"alg"', header: { alg: 'none' } },
  { names: 'header', what: '"crit"', header: { crit: ['exp'] } },
  { names: 'issuer', what: 'another pool', claims: { iss: `${alb.issuer}x` } },
  { names: 'token_use', what: 'an ID token', claims: { token_use: 'id' } },
  { names: 'client', what: 'another client', claims: { client_id: 'other' } },
  { names: 'expired_token', what: '"exp"', claims: { exp: now - hour } },
  { names: 'not_yet_valid', what: '"nbf"', claims: { nbf: now + hour } },
  { names: 'key_id', what: 'no "kid"', header: { kid: undefined } },
  { names: 'key_not_found', what: 'a key that nobody publishes', header: { kid: randomUUID() } },
  { names: 'signature', what: 'invalid', text: flip },
  { names: 'subject', what: 'no "sub"', claims: { sub: undefined } },
  { names: 'audience', what: 'another audience', claims: { aud: 'other' } },
  { names: 'insufficient_scope', what: 'no scope', claims: { scope: 'other' } },
  { names: 'claims', what: '"jti" of the wrong type', claims: { jti: 5 } },
]

/** Whether two spoil the same member: a token can have one value of it only. */
function isSameMember(a: Spoil, b: Spoil): boolean {
  const members = ({ header = {}, claims = {} }: Spoil): string[] => [
    ...Object.keys(header).map((name) => `header ${name}`),
    ...Object.keys(claims).map((name) => `claim ${name}`),
  ]
  return members(a).some((member) => members(b).includes(member))
}

/** A token with all of these wrong. */
async function signed(spoils: Spoil[], sign: (changes: { header: Members; claims: Members }) => Promise<string>) {
  const token = await sign({
    header: Object.assign({}, ...spoils.map(({ header }) => header)) as Members,
    claims: Object.assign({}, ...spoils.map(({ claims }) => claims)) as Members,
  })
  return spoils.reduce((text, spoil) => spoil.text?.(text) ?? text, token)
}

async function outcome(options: CognitoAuthOptions, headers: Headers): Promise<string> {
  try {
    await new CognitoAuth({ authoriser: null, ...options }).requireUser(headers)
    return 'accepted'
  } catch (error) {
    const { code, reason } = error as { code: string; reason?: string }
    return reason ?? code
  }
}

async function ofSession(spoils: Spoil[]): Promise<string> {
  const of = (list: Spoil[]): Spoil[] => spoils.filter((spoil) => list.includes(spoil))
  const sound: Headers = {
    ...(await alb.headersFor(user)),
    'x-amzn-oidc-data': await signed(of(ALB_TOKEN), async (changes) => await alb.signAlbToken({ user, ...changes })),
    'x-amzn-oidc-accesstoken': await signed(
      of(ACCESS_TOKEN),
      async (changes) => await alb.signAccessToken({ user, ...changes }),
    ),
  }
  const headers = spoils.reduce((result, spoil) => spoil.headers?.(result) ?? result, sound)
  return await outcome(alb.options, headers)
}

async function ofBearer(spoils: Spoil[]): Promise<string> {
  const good = { client_id: 'job', sub: 'job', username: undefined, scope: 'a/b', aud: 'https://api.example' }
  const token = await signed(
    spoils,
    async ({ header, claims }) => await alb.signAccessToken({ header, claims: { ...good, ...claims } }),
  )
  const headers = spoils.reduce<Headers>((result, spoil) => spoil.headers?.(result) ?? result, {
    authorization: `Bearer ${token}`,
  })
  const bearer = { clientId: 'job', scopes: ['a/b'], audience: 'https://api.example' }
  return await outcome({ ...alb.options, bearer }, headers)
}

describe.each([
  ['a request with an ALB session', [...HEADERS, ...ALB_TOKEN, ...IDENTITY, ...ACCESS_TOKEN], ofSession],
  ['a request with a bearer token', BEARER_TOKEN, ofBearer],
] as const)('%s', (_, order, ask) => {
  test('is accepted where nothing is wrong', async () => {
    expect(await ask([])).toBe('accepted')
  })

  test.each(order.map((spoil, index) => [`${spoil.names}: ${spoil.what}`, spoil, order.slice(index + 1)] as const))(
    '%s is named, alone and beside each of the later ones',
    async (__, first, later) => {
      expect(await ask([first])).toBe(first.names)
      const isSameToken = (one: Spoil): boolean =>
        (ALB_TOKEN.includes(one) && ALB_TOKEN.includes(first)) ||
        (ACCESS_TOKEN.includes(one) && ACCESS_TOKEN.includes(first)) ||
        BEARER_TOKEN.includes(one)
      const possible = later.filter((one) => !(isSameToken(one) && isSameMember(first, one)))
      const named = await Promise.all(possible.map(async (one) => [one.what, await ask([first, one])]))
      expect(named).toEqual(possible.map(({ what }) => [what, first.names]))
    },
  )
})

test('docs/security.md has this order', () => {
  // Mutants are tested two folders further down.
  const [path] = ['../../../docs/security.md', '../../../../../docs/security.md']
    .map((way) => new URL(way, import.meta.url))
    .filter((url) => existsSync(url))
  const page = readFileSync(path ?? 'docs/security.md', 'utf8')
  const [, section = ''] = /^## What is checked, in which order\n(.*?)^## /ms.exec(page) ?? []
  const lists = [...section.matchAll(/^\| # .*\n\|[-| ]+\n((?:\|.*\n)+)/gm)].map(([, rows = '']) =>
    rows
      .trim()
      .split('\n')
      .flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)),
  )
  const names = (list: Spoil[]): string[] => list.map((spoil) => spoil.names)
  expect(lists).toEqual([names(HEADERS), names(ALB_TOKEN), names(IDENTITY), names(ACCESS_TOKEN), names(BEARER_TOKEN)])
})
