import { createPublicKey, verify } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTestAlb, FAULTS, type Fault, type TestAlb } from './index.js'

const user = { email: 'dev@example.com', name: 'Dev', givenName: 'D', familyName: 'E', groups: ['developers'] }

function decode(part = ''): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

function parts(token = ''): {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  signature: Buffer
  input: string
} {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return {
    header: decode(header),
    claims: decode(claims),
    signature: Buffer.from(signature, 'base64url'),
    input: `${header}.${claims}`,
  }
}

async function headers(alb: TestAlb, fault?: Fault) {
  const all = await alb.headersFor(user, fault && { fault })
  return {
    data: all['x-amzn-oidc-data'],
    access: all['x-amzn-oidc-accesstoken'],
    identity: all['x-amzn-oidc-identity'],
  }
}

/** Verifies over the bytes as they are, by nothing but node:crypto. */
function albSignatureHolds(alb: TestAlb, token: string): boolean {
  const { input, signature } = parts(token)
  return verify(
    'sha256',
    Buffer.from(input),
    { key: createPublicKey(alb.albKey.pem), dsaEncoding: 'ieee-p1363' },
    signature,
  )
}

afterEach(() => {
  vi.useRealTimers()
})

test('a pool may be of another region than the load balancer; the region may come from the ARN', async () => {
  const alb = await createTestAlb({ userPoolId: 'us-east-1_AbCdEfGhI' })
  expect(alb.issuer).toBe('https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI')
  expect((await alb.options.fetch(`${alb.issuer}/.well-known/jwks.json`)).status).toBe(200)
  const albArn = 'arn:aws:elasticloadbalancing:us-west-2:000000000000:loadbalancer/app/one/0123456789abcdef'
  const other = await createTestAlb({ albArn })
  const url = `https://public-keys.auth.elb.us-west-2.amazonaws.com/${other.albKey.kid}`
  expect((await other.options.fetch(url)).status).toBe(200)
})

test('an option that there is not is refused', async () => {
  await expect(createTestAlb({ clientID: 'x' } as object)).rejects.toThrow(/^A test ALB has no clientID; it has region/)
})

test('a whole user of core will do; what only core can say of it is not told', async () => {
  const alb = await createTestAlb()
  const whole = {
    ...user,
    isAuthenticated: true,
    isAppAdmin: true,
    isAdmin: true,
    emailDomain: 'example.com',
    expiresAt: null,
  }
  const claims = async (one: object) => parts((await alb.headersFor(one))['x-amzn-oidc-data']).claims
  expect(Object.keys(await claims(whole))).toEqual(Object.keys(await claims(user)))
  await expect(alb.headersFor({ isAppAdmin: true } as object)).rejects.toThrow(/has no isAppAdmin/)
})

test('the user claims token is written as a load balancer writes it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
  const alb = await createTestAlb()
  const { data = '' } = await headers(alb)
  const { header, claims, signature } = parts(data)
  expect(Object.keys(header)).toEqual(['typ', 'kid', 'alg', 'iss', 'client', 'signer', 'exp'])
  expect(header['kid']).toMatch(/^[0-9a-f-]{36}$/)
  expect(claims).toMatchObject({
    email: 'dev@example.com',
    email_verified: 'true',
    given_name: 'D',
    exp: 1_700_000_120,
  })
  expect(Object.keys(claims).slice(-2)).toEqual(['exp', 'iss'])
  expect(claims).not.toHaveProperty('cognito:groups')
  expect(signature).toHaveLength(64)
  expect(data.split('.').every((part) => part.length % 4 === 0)).toBe(true)
  expect(albSignatureHolds(alb, data)).toBe(true)
})

test('the access token is written as Cognito writes it', async () => {
  const alb = await createTestAlb()
  const { access, identity } = await headers(alb)
  const { header, claims, signature, input } = parts(access)
  expect(Object.keys(header)).toEqual(['kid', 'alg'])
  expect(header['kid']).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  expect(claims).toMatchObject({ token_use: 'access', 'cognito:groups': ['developers'], version: 2, sub: identity })
  expect(claims).not.toHaveProperty('aud')
  expect(access).not.toContain('=')
  const { keys } = (await (await alb.options.fetch(`${alb.issuer}/.well-known/jwks.json`)).json()) as {
    keys: Record<string, string>[]
  }
  expect(keys).toHaveLength(2)
  const jwk = keys.find((key) => key['kid'] === header['kid'])
  expect(verify('sha256', Buffer.from(input), createPublicKey({ key: jwk ?? {}, format: 'jwk' }), signature)).toBe(true)
})

test('a user without groups has no groups claim', async () => {
  const { claims } = parts(await (await createTestAlb()).signAccessToken({ user: { email: 'a@example.com' } }))
  expect(claims).not.toHaveProperty('cognito:groups')
})

const spoils: Record<Fault, (alb: TestAlb, given: Awaited<ReturnType<typeof headers>>) => boolean> = {
  expired: (alb, { data = '' }) =>
    Number(parts(data).header['exp']) < Date.now() / 1000 && albSignatureHolds(alb, data),
  not_yet_valid: (_, { access }) => Number(parts(access).claims['nbf']) > Date.now() / 1000,
  bad_signature: (alb, { data = '' }) => parts(data).signature.length === 64 && !albSignatureHolds(alb, data),
  wrong_signer: (alb, { data = '' }) =>
    parts(data).header['signer'] !== alb.options.albArn && albSignatureHolds(alb, data),
  wrong_client: (alb, { data, access }) =>
    parts(data).header['client'] !== alb.options.clientId &&
    parts(access).claims['client_id'] === parts(data).header['client'],
  wrong_issuer: (alb, { data, access }) =>
    parts(data).header['iss'] !== alb.issuer && parts(access).claims['iss'] === parts(data).claims['iss'],
  wrong_subject: (_, { data, access }) => parts(data).claims['sub'] !== parts(access).claims['sub'],
  unknown_key: (alb, { data }) => parts(data).header['kid'] !== alb.albKey.kid,
  missing_access_token: (_, { data, access }) => access === undefined && data !== undefined,
  missing_data: (_, { data, access }) => data === undefined && access !== undefined,
}

test.each(FAULTS)('the fault %s spoils what it says', async (fault) => {
  const alb = await createTestAlb()
  expect(spoils[fault](alb, await headers(alb, fault))).toBe(true)
  const good = await headers(alb)
  expect(spoils[fault](alb, good)).toBe(false)
})

test('an unknown fault or property of a user is an error', async () => {
  const alb = await createTestAlb()
  await expect(alb.headersFor(user, { fault: 'typo' as Fault })).rejects.toThrow(TypeError)
  await expect(alb.headersFor({ mail: 'x' } as object)).rejects.toThrow(TypeError)
})

test('rotated keys stay published until they are retired', async () => {
  const alb = await createTestAlb()
  const [oldKey, oldRsa] = [alb.albKey.kid, alb.cognitoKey.kid]
  const status = async (kid: string) =>
    (await alb.options.fetch(`https://public-keys.auth.elb.eu-west-2.amazonaws.com/${kid}`)).status
  alb.rotateKeys()
  expect(alb.albKey.kid).not.toBe(oldKey)
  expect(alb.cognitoKey.kid).not.toBe(oldRsa)
  expect(await status(oldKey)).toBe(200)
  expect(await status(alb.albKey.kid)).toBe(200)
  alb.retireKeys()
  expect(await status(oldKey)).toBe(404)
  expect(await status(alb.albKey.kid)).toBe(200)
  const jwks = await (await alb.options.fetch(`${alb.issuer}/.well-known/jwks.json`)).text()
  expect(jwks).toContain(alb.cognitoKey.kid)
  expect(jwks).not.toContain(oldRsa)
  expect(alb.requests).toHaveLength(5)
})

test('offline, nothing can be fetched', async () => {
  const alb = await createTestAlb()
  alb.goOffline()
  await expect(alb.options.fetch(`${alb.issuer}/.well-known/jwks.json`)).rejects.toThrow('fetch failed')
  alb.goOnline()
  await expect(alb.options.fetch(`${alb.issuer}/.well-known/jwks.json`)).resolves.toMatchObject({ status: 200 })
})

test('only its own keys are published', async () => {
  const alb = await createTestAlb({ region: 'us-gov-west-1' })
  const base = 'https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1'
  expect((await alb.options.fetch(`${base}/${alb.albKey.kid}`)).status).toBe(200)
  expect((await alb.options.fetch(`https://evil.example/${alb.albKey.kid}`)).status).toBe(404)
  expect(alb.options.albArn).toMatch(/^arn:aws-us-gov:/)
})

describe('createTestAlb()', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  test.each(['production', 'Production ', 'prod', 'staging', 'live', 'tests'])(
    'is refused with NODE_ENV=%j',
    async (mode) => {
      vi.stubEnv('NODE_ENV', mode)
      await expect(createTestAlb()).rejects.toMatchObject({ name: 'ConfigurationError', code: 'configuration' })
    },
  )

  test.each([undefined, '', ' ', 'test', 'Development', 'dev ', 'LOCAL'])('works with NODE_ENV=%j', async (mode) => {
    vi.stubEnv('NODE_ENV', mode)
    await expect(createTestAlb()).resolves.toHaveProperty('options')
  })
})

describe('a bearer token', () => {
  const claimsOf = ({ authorization }: { authorization: string }) => parts(authorization.slice('Bearer '.length)).claims

  test('is a program’s where there is a client and nobody, else a person’s', async () => {
    const alb = await createTestAlb()
    const machine = claimsOf(await alb.bearerFor({ clientId: 'job' }, { scopes: ['a/b', 'c/d'] }))
    expect(machine).toMatchObject({ sub: 'job', client_id: 'job', token_use: 'access', scope: 'a/b c/d' })
    expect(machine).not.toHaveProperty('username')
    const person = claimsOf(await alb.bearerFor({ clientId: 'cli', email: 'a@example.com', groups: ['g'] }))
    expect(person).toMatchObject({ client_id: 'cli', 'cognito:groups': ['g'], scope: 'openid' })
    expect(person['username']).toBe(person['sub'])
    expect(claimsOf(await alb.bearerFor())).toMatchObject({ client_id: alb.options.clientId })
    expect(claimsOf(await alb.bearerFor({ clientId: 'job' }, { audience: ['x'] }))).toMatchObject({ aud: ['x'] })
    expect(claimsOf(await alb.bearerFor({ clientId: 'job' }))).not.toHaveProperty('scope')
  })

  test.each([[{ fault: 'typo' }], [{ scope: 'a' }]])('with %j is an error', async (options) => {
    const alb = await createTestAlb()
    await expect(alb.bearerFor({}, options as object)).rejects.toThrow(TypeError)
    await expect(alb.bearerFor({ mail: 'x' } as object)).rejects.toThrow(TypeError)
  })
})

test('a misspelt option of headersFor() is refused, rather than giving headers without a fault', async () => {
  const alb = await createTestAlb()
  await expect(alb.headersFor({}, { faults: 'expired' } as object)).rejects.toThrow(
    new TypeError('headersFor() has no faults; it has fault'),
  )
})
