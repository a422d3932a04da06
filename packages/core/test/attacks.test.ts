/**
 * The attacks that were published against apps behind a load balancer or against JWT libraries, each by its name and
 * each at the front door: `requireUser`. The rows of every single check are beside the verifier.
 */
import { createHmac, createPublicKey, sign } from 'node:crypto'
import {
  createAlbKey,
  createCognitoKey,
  createTestAlb,
  encodePart,
  signAccessToken,
  type TestAlb,
} from '@cognito-auth/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RequestUsers, requireUserOf, userOf } from '../src/adapter/index.js'
import { Authoriser, CognitoAuth, type CognitoAuthOptions } from '../src/index.js'

const admin = { sub: 'ad000000-0000-4000-8000-000000000000', email: 'ada@example.com', groups: ['admins'] }
const mallory = { sub: 'ba000000-0000-4000-8000-000000000000', email: 'mallory@example.com', groups: ['guests'] }

let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.useRealTimers()
})

function protect(options: CognitoAuthOptions = {}): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser: null, ...options })
}

/** The header and the payload of a token, so that an attacker can write his own signature under them. */
function unsigned(token: string): string {
  return token.slice(0, token.lastIndexOf('.'))
}

describe('ALBeast: a load balancer of the attacker’s own account', () => {
  const evilArn = 'arn:aws:elasticloadbalancing:eu-west-2:666666666666:loadbalancer/app/evil/0123456789abcdef'

  test('signs with a key that AWS publishes in our region, for our issuer and client, and is refused', async () => {
    const headers = await alb.headersFor(admin)
    const data = await alb.signAlbToken({ user: admin, header: { signer: evilArn } })
    const forged = { ...headers, 'x-amzn-oidc-data': data }
    await expect(protect().requireUser(forged)).rejects.toMatchObject({ reason: 'signer' })
    expect(alb.requests).toEqual([])
    // The attack is a real one: the only thing wrong with the token is who signed it.
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const open = protect({ albArn: evilArn, clientId: alb.options.clientId })
    await expect(open.requireUser(forged)).resolves.toMatchObject({ email: admin.email })
  })

  test('is refused as well where it has the name of ours in another account or region', async () => {
    for (const albArn of [
      alb.options.albArn.replace('000000000000', '666666666666'),
      alb.options.albArn.replace('eu-west-2', 'us-east-1'),
      `${alb.options.albArn}0`,
      alb.options.albArn.toUpperCase(),
    ]) {
      const data = await alb.signAlbToken({ user: admin, header: { signer: albArn } })
      const headers = { ...(await alb.headersFor(admin)), 'x-amzn-oidc-data': data }
      await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'signer' })
    }
  })
})

describe('algorithm confusion', () => {
  test('"none", with the signature left out or nonsense', async () => {
    const data = unsigned(await alb.signAlbToken({ user: admin, header: { alg: 'none' } }))
    for (const signature of ['', 'AAAA']) {
      const headers = { ...(await alb.headersFor(admin)), 'x-amzn-oidc-data': `${data}.${signature}` }
      await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'algorithm' })
    }
  })

  test('HS256 with the public key as the secret, on either token', async () => {
    const data = unsigned(await alb.signAlbToken({ user: admin, header: { alg: 'HS256' } }))
    const access = unsigned(await alb.signAccessToken({ user: admin, header: { alg: 'HS256' } }))
    const pem = createPublicKey(alb.cognitoKey.privateKey).export({ type: 'spki', format: 'pem' })
    const mac = (input: string, secret: string | Buffer): string =>
      `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    const good = await alb.headersFor(admin)
    for (const forged of [
      { 'x-amzn-oidc-data': mac(data, alb.albKey.pem) },
      { 'x-amzn-oidc-accesstoken': mac(access, pem) },
    ]) {
      await expect(protect().requireUser({ ...good, ...forged })).rejects.toMatchObject({ reason: 'algorithm' })
    }
  })

  test('the other token’s algorithm and key: an access token in place of the claims, and the reverse', async () => {
    const { 'x-amzn-oidc-data': data = '', 'x-amzn-oidc-accesstoken': access = '' } = await alb.headersFor(admin)
    const swapped = { 'x-amzn-oidc-data': access, 'x-amzn-oidc-accesstoken': data }
    await expect(protect().requireUser(swapped)).rejects.toMatchObject({ reason: 'algorithm' })
    const twice = { 'x-amzn-oidc-data': data, 'x-amzn-oidc-accesstoken': data }
    await expect(protect().requireUser(twice)).rejects.toMatchObject({ code: 'invalid_token' })
  })
})

describe('kid path traversal', () => {
  test.each([
    '../../../attacker-bucket/key',
    '..%2f..%2fattacker',
    '/attacker',
    '//attacker.example/key',
    'https://attacker.example/key',
    '@attacker.example/',
    'c2f80c8b-c05c-4068-af14-17299f7896b1/../../attacker',
    'c2f80c8b-c05c-4068-af14-17299f7896b1?x=',
    'c2f80c8b-c05c-4068-af14-17299f7896b1#',
    'c2f80c8b-c05c-4068-af14-17299f7896b1\n',
  ])('with %j nothing is fetched', async (kid) => {
    const headers = {
      ...(await alb.headersFor(admin)),
      'x-amzn-oidc-data': await alb.signAlbToken({ header: { kid } }),
    }
    await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'key_id' })
    expect(alb.requests).toEqual([])
  })
})

describe('issuer-controlled JWKS', () => {
  const evilKey = createCognitoKey()
  const requests: string[] = []

  /** A network on which the attacker's hosts answer, with keys that verify his tokens. */
  async function network(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input)
    requests.push(url)
    return url.includes('evil') ? Response.json({ keys: [evilKey.jwk] }) : await alb.options.fetch(input, init)
  }

  beforeEach(() => {
    requests.length = 0
  })

  test.each([
    'https://evil.example',
    'https://cognito-idp.eu-west-2.amazonaws.com.evil.example/eu-west-2_TestPool1',
    'https://evil.example/cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1',
    'https://cognito-idp.eu-west-2.amazonaws.com@evil.example/eu-west-2_TestPool1',
    'https://cognito-idp.eu-west-2.amazonaws.com/evil/../eu-west-2_TestPool1',
    'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1/../eu-west-2_evil',
    'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_evil',
    'http://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1?evil',
  ])('an access token of %s, signed with a key published there, is refused without asking there', async (iss) => {
    const [, payload = ''] = (await alb.signAccessToken({ user: admin, claims: { iss } })).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const forged = { ...(await alb.headersFor(admin)), 'x-amzn-oidc-accesstoken': signAccessToken(evilKey, claims) }
    for (const userPoolId of [[], [alb.options.userPoolId]]) {
      const { userPoolId: _, ...unpinned } = alb.options
      const auth = new CognitoAuth({
        ...unpinned,
        ...(userPoolId.length > 0 && { userPoolId }),
        fetch: network,
        authoriser: null,
      })
      await expect(auth.requireUser(forged)).rejects.toMatchObject({ reason: 'issuer' })
    }
    expect(requests.filter((url) => url.includes('evil') || url.includes('jwks'))).toEqual([])
  })
})

describe('cache-key collision', () => {
  test('a remembered token lends nothing to one that shares its header, its payload or its signature', async () => {
    const auth = protect()
    const good = await alb.headersFor(admin)
    await auth.requireUser(good)
    const other = await alb.headersFor(mallory)
    for (const name of ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken'] as const) {
      const [header = '', payload = '', signature = ''] = (good[name] ?? '').split('.')
      const [otherHeader = '', otherPayload = '', otherSignature = ''] = (other[name] ?? '').split('.')
      for (const mixed of [
        [header, payload, otherSignature],
        [header, otherPayload, signature],
        // The headers are equal where the same second signed both; a space makes them differ.
        [`${otherHeader.slice(0, -4)}fX0g`, payload, signature],
      ]) {
        const headers = { ...good, [name]: mixed.join('.') }
        await expect(auth.requireUser(headers)).rejects.toMatchObject({ code: 'invalid_token' })
      }
    }
    await expect(auth.requireUser(good)).resolves.toMatchObject({ email: admin.email })
  })

  test('two verified tokens of two people do not make a third person', async () => {
    const auth = protect()
    const ada = await alb.headersFor(admin)
    const mal = await alb.headersFor(mallory)
    await Promise.all([auth.requireUser(ada), auth.requireUser(mal)])
    const mixed = { ...mal, 'x-amzn-oidc-accesstoken': ada['x-amzn-oidc-accesstoken'] }
    await expect(auth.requireUser(mixed)).rejects.toMatchObject({ reason: 'subject' })
    const named = { ...mal, 'x-amzn-oidc-identity': ada['x-amzn-oidc-identity'] }
    await expect(auth.requireUser(named)).rejects.toMatchObject({ reason: 'subject' })
  })

  test('what one verifier has seen, another has not', async () => {
    const headers = await alb.headersFor(admin)
    await protect().requireUser(headers)
    const other = protect({ albArn: alb.options.albArn.replace('test-alb', 'other') })
    await expect(other.requireUser(headers)).rejects.toMatchObject({ reason: 'signer' })
  })
})

describe('cached identity past "exp"', () => {
  test.each([
    { what: 'the load balancer’s token', after: 126, fresh: 'x-amzn-oidc-accesstoken' },
    { what: 'the access token', after: 3606, fresh: 'x-amzn-oidc-data' },
  ])('a remembered user is refused once $what has expired', async ({ after, fresh }) => {
    const auth = protect()
    vi.useFakeTimers({ toFake: ['Date'] })
    const headers = await alb.headersFor(admin)
    await auth.requireUser(headers)
    vi.setSystemTime(Date.now() + after * 1000)
    const later = { ...headers, [fresh]: (await alb.headersFor(admin))[fresh] }
    await expect(auth.requireUser(later)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('a remembered user is refused once the key is gone', async () => {
    const auth = protect()
    vi.useFakeTimers({ toFake: ['Date'] })
    const headers = await alb.headersFor(admin)
    const long = { exp: Math.floor(Date.now() / 1000) + 40 * 3600 }
    const tokens = {
      'x-amzn-oidc-data': await alb.signAlbToken({ user: admin, header: long, claims: long }),
      'x-amzn-oidc-accesstoken': await alb.signAccessToken({ user: admin, claims: long }),
      'x-amzn-oidc-identity': headers['x-amzn-oidc-identity'],
    }
    await auth.requireUser(tokens)
    alb.rotateKeys()
    alb.retireKeys()
    vi.setSystemTime(Date.now() + 26 * 3600 * 1000)
    await expect(auth.requireUser(tokens)).rejects.toMatchObject({ reason: 'key_not_found' })
  })
})

describe('foreign req.user', () => {
  interface Request {
    readonly headers: Record<string, string>
  }

  function guard(): RequestUsers<Request> {
    return new RequestUsers<Request>(protect(), ({ headers }) => headers)
  }

  test('what other middleware put on the request is nobody, and does not pass a guard', async () => {
    const fake = { isAuthenticated: true, isAdmin: true, groups: ['admins'], email: admin.email, isIn: () => true }
    const request = { headers: {}, user: fake, state: { user: fake }, auth: fake, session: { user: fake } }
    expect(userOf(request)).toBeUndefined()
    expect(() => requireUserOf(request)).toThrow(expect.objectContaining({ code: 'configuration' }))
    for (const attempt of [
      guard().requireUser(request),
      guard().requireGroups(request, ['admins']),
      guard().requireAdmin(request),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'missing_token' })
    }
  })

  test('a user of one request is not the user of the next', async () => {
    const first = { headers: await alb.headersFor(admin) }
    await guard().requireUser(first)
    expect(userOf(first)).toMatchObject({ email: admin.email })
    expect(userOf({ headers: first.headers })).toBeUndefined()
  })

  test('what one guard verified does not pass another', async () => {
    const request = { headers: await alb.headersFor(admin) }
    await guard().requireUser(request)
    const stricter = new RequestUsers<Request>(protect({ clientId: 'another' }), ({ headers }) => headers)
    await expect(stricter.requireUser(request)).rejects.toMatchObject({ reason: 'client' })
  })
})

describe('duplicate headers', () => {
  const tokens = ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken'] as const

  test.each(tokens)(
    'a second %s is refused, whichever place it has and however the framework keeps it',
    async (name) => {
      const good = await alb.headersFor(mallory)
      const own = good[name] ?? ''
      const forged = (await alb.headersFor(admin))[name] ?? ''
      const { [name]: _, ...others } = good
      const appended = new Headers(good)
      appended.append(name, forged)
      for (const headers of [
        { ...others, [name]: [own, forged] },
        { ...others, [name]: [forged, own] },
        { ...others, [name]: `${own}, ${forged}` },
        { ...others, [name]: `${forged},${own}` },
        { ...others, [name]: own, [name.toUpperCase()]: forged },
        { [name.toUpperCase()]: forged, ...others, [name]: own },
        appended,
        { ...others, [name]: [own, own] },
      ]) {
        await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'duplicate_header' })
      }
    },
  )

  test('a second identity is refused', async () => {
    const good = await alb.headersFor(mallory)
    const identity = good['x-amzn-oidc-identity'] ?? ''
    const twice = { ...good, 'x-amzn-oidc-identity': [identity, admin.sub] }
    await expect(protect().requireUser(twice)).rejects.toMatchObject({ reason: 'duplicate_header' })
    const joined = { ...good, 'x-amzn-oidc-identity': `${identity}, ${admin.sub}` }
    await expect(protect().requireUser(joined)).rejects.toMatchObject({ reason: 'subject' })
  })
})

describe('lenient base64', () => {
  test.each(['!!!!', '====', '\n', ' ', '%3D', '\0', 'é', '.', '/', '+'])(
    'a token with %j at its end is another text, and refused',
    async (tail) => {
      const auth = protect()
      const good = await alb.headersFor(admin)
      await auth.requireUser(good)
      for (const name of ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken'] as const) {
        const headers = { ...good, [name]: `${good[name]}${tail}` }
        await expect(auth.requireUser(headers)).rejects.toMatchObject({ reason: 'malformed' })
      }
    },
  )

  test('spare bits of the last character are not free', async () => {
    const good = await alb.headersFor(admin)
    const data = (good['x-amzn-oidc-data'] ?? '').replace(/=+$/, '')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const next = alphabet[alphabet.indexOf(data.slice(-1)) + 1] ?? ''
    const headers = { ...good, 'x-amzn-oidc-data': `${data.slice(0, -1)}${next}` }
    expect(Buffer.from(headers['x-amzn-oidc-data'].split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(data.split('.')[2] ?? '', 'base64url'),
    )
    await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'malformed' })
  })
})

describe('psychic and DER signatures', () => {
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  const [zero, one] = ['0'.repeat(64), '1'.padStart(64, '0')]

  test.each([
    ['r and s of zero', zero + zero],
    ['r of zero', zero + one],
    ['s of zero', one + zero],
    ['r not below the order', order + one],
    ['s not below the order', one + order],
    ['r and s of the order (zero again)', order + order],
  ])('%s', async (_, hex) => {
    const data = unsigned(await alb.signAlbToken({ user: admin }))
    const forged = `${data}.${encodePart(Buffer.from(hex, 'hex'), 'alb')}`
    const headers = { ...(await alb.headersFor(admin)), 'x-amzn-oidc-data': forged }
    await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'signature' })
  })

  test('a DER signature of the right key is refused: JWS knows r and s side by side only (RFC 7518 section 3.4)', async () => {
    const input = unsigned(await alb.signAlbToken({ user: admin }))
    const der = sign('sha256', Buffer.from(input), { key: alb.albKey.privateKey, dsaEncoding: 'der' })
    const headers = { ...(await alb.headersFor(admin)), 'x-amzn-oidc-data': `${input}.${encodePart(der, 'alb')}` }
    await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'signature' })
  })

  test('a key of the attacker’s own under the right kid is refused', async () => {
    const { privateKey } = createAlbKey()
    const data = await alb.signAlbToken({ user: admin, key: { ...alb.albKey, privateKey } })
    const headers = { ...(await alb.headersFor(admin)), 'x-amzn-oidc-data': data }
    await expect(protect().requireUser(headers)).rejects.toMatchObject({ reason: 'signature' })
  })
})

describe('an e-mail address that is not verified', () => {
  test('opens nothing', async () => {
    const authoriser = Authoriser.fromLists({ allowedUsers: [admin.email], adminUsers: [admin.email] })
    const headers = await alb.headersFor({ ...mallory, email: admin.email, emailVerified: false })
    await expect(protect({ authoriser }).requireUser(headers)).rejects.toMatchObject({ code: 'access_denied' })
  })
})
