import { expect, test } from 'vitest'
import { isUserPoolId, IssuerPolicy, type IssuerPins, poolOfIssuer } from './issuer.js'

const pool = 'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Pool1'
const newForm = pool.replace('cognito-idp', 'issuer-cognito-idp')
const okta = 'https://idp.example/'

function policy(pins: Partial<IssuerPins> = {}): IssuerPolicy {
  return new IssuerPolicy({ issuers: undefined, userPoolIds: undefined, localAlb: undefined, ...pins })
}

const refused = expect.objectContaining({ reason: 'issuer' }) as Error

test.each([
  ['eu-west-2_Pool1', true],
  ['xeu-west-2_Pool1', true],
  ['Eu-west-2_Pool1', false],
  ['eu-west-2_Pool1/', false],
  ['/eu-west-2_Pool1', false],
  ['euwest2_Pool1', false],
])('%s as the id of a user pool: %s', (id, is) => {
  expect(isUserPoolId(id)).toBe(is)
})

test.each([
  [pool, 'eu-west-2_Pool1'],
  [newForm, 'eu-west-2_Pool1'],
  [`x${pool}`, undefined],
  [`${pool}/`, undefined],
  [pool.replace('eu-west-2.', 'us-east-1.'), undefined],
  [okta, undefined],
])('%s is the issuer of %s', (issuer, id) => {
  expect(poolOfIssuer(issuer)).toBe(id)
})

test('an issuer of the load balancer is any text, where nothing is pinned', () => {
  expect(() => policy().checkAlbIssuer(okta)).not.toThrow()
  for (const wrong of ['', undefined, 5, [pool]]) expect(() => policy().checkAlbIssuer(wrong)).toThrow(refused)
})

test('a pinned pool is accepted in both forms, and no other issuer', () => {
  const pinned = policy({ userPoolIds: new Set(['eu-west-2_Pool1']) })
  for (const iss of [pool, newForm]) expect(() => pinned.checkAlbIssuer(iss)).not.toThrow()
  for (const iss of [okta, pool.replace('Pool1', 'Pool2')]) expect(() => pinned.checkAlbIssuer(iss)).toThrow(refused)
})

test('without a pinned issuer both tokens are of one user pool', () => {
  expect(() => policy().checkAccessIssuer(newForm, pool)).not.toThrow()
  for (const [iss, albIssuer] of [
    [pool.replace('Pool1', 'Pool2'), pool],
    [okta, okta],
    [okta, pool],
    [pool, okta],
    [undefined, pool],
  ]) {
    expect(() => policy().checkAccessIssuer(iss, String(albIssuer))).toThrow(refused)
  }
})

test('with pinned issuers both are on the list, exactly, and two of Cognito are one pool', () => {
  const pinned = policy({ issuers: new Set([okta, pool, pool.replace('Pool1', 'Pool2')]) })
  expect(() => pinned.checkAccessIssuer(okta, okta)).not.toThrow()
  expect(() => pinned.checkAccessIssuer(pool, pool)).not.toThrow()
  for (const [iss, albIssuer] of [
    [pool, okta],
    [okta, pool],
    [okta, 'https://idp-b.example/realm'],
    [okta, `${okta}/`],
  ] as const) {
    expect(() => pinned.checkAccessIssuer(iss, albIssuer)).toThrow(expect.objectContaining({ reason: 'issuer' }))
  }
  for (const iss of [newForm, okta.slice(0, -1)]) expect(() => pinned.checkAccessIssuer(iss, pool)).toThrow(refused)
  expect(() => pinned.checkAccessIssuer(pool.replace('Pool1', 'Pool2'), pool)).toThrow(refused)
})

test('of a bearer token, for which no load balancer vouches, the issuer is pinned, or none is accepted', () => {
  const pins = [{ userPoolIds: new Set(['eu-west-2_Pool1']) }, { issuers: new Set([pool]) }]
  for (const pinned of pins.map(policy)) {
    expect(() => pinned.checkBearerIssuer(pool)).not.toThrow()
    // A list of one reads like what is in it, wherever it becomes a string.
    for (const wrong of [[pool], okta, '', undefined, pool.replace('Pool1', 'Pool2')]) {
      expect(() => pinned.checkBearerIssuer(wrong)).toThrow(refused)
    }
  }
  for (const iss of [pool, newForm, okta]) expect(() => policy().checkBearerIssuer(iss)).toThrow(refused)
})

test('keys that are known before any token are those of what is pinned', () => {
  const keysOf = (pins: Partial<IssuerPins>): string[] => policy(pins).knownJwksUrls
  expect(keysOf({})).toEqual([])
  expect(keysOf({ issuers: new Set([okta]) })).toEqual(['https://idp.example/.well-known/jwks.json'])
  expect(keysOf({ userPoolIds: new Set(['eu-west-2_Pool1']) })).toEqual([`${pool}/.well-known/jwks.json`])
})

test('keys are below the issuer, or at the local load balancer', () => {
  expect(policy().jwksUrl(okta)).toBe('https://idp.example/.well-known/jwks.json')
  const local = policy({ localAlb: 'http://localhost:8080' })
  expect(local.jwksUrl(pool)).toBe('http://localhost:8080/_local-alb/eu-west-2_Pool1/.well-known/jwks.json')
})
