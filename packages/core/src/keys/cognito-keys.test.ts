import { generateKeyPairSync } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { albKeysBase, createAlbKeys } from './alb-keys.js'
import { CognitoKeys } from './cognito-keys.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
const URL = 'https://keys.example/a'

afterEach(() => {
  vi.useRealTimers()
})

test('a user pool’s key that a refresh did not change stays the same object', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const fetch = vi.fn<typeof globalThis.fetch>(
    async () => await Promise.resolve(Response.json({ keys: [{ ...rsa, kid: 'a' }] })),
  )
  const keys = new CognitoKeys({ ttlSeconds: 60, fetch })
  const key = await keys.get(URL, 'a')
  expect(await keys.get(URL, 'a')).toBe(key)
  vi.setSystemTime(Date.now() + 61_000)
  expect(await keys.get(URL, 'a')).toBe(key)
  expect(fetch).toHaveBeenCalledTimes(2)
})

test('a load balancer’s key that a refresh did not change stays the same object', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  // Some endpoints end it with an empty line.
  const fetch = vi.fn<typeof globalThis.fetch>(async () => await Promise.resolve(new Response(`\n${String(pem)}\n`)))
  const keys = createAlbKeys({ ttlSeconds: 60, fetch })
  const key = await keys.get(URL)
  vi.setSystemTime(Date.now() + 61_000)
  expect(await keys.get(URL)).toBe(key)
  expect(fetch).toHaveBeenCalledTimes(2)
})

test('user pools do not draw on a budget: load balancers vouch for them', async () => {
  const fetch = async () => await Promise.resolve(Response.json({ keys: [{ ...rsa, kid: 'a' }] }))
  const keys = new CognitoKeys({ ttlSeconds: 60, fetch })
  for (let pool = 0; pool < 30; pool += 1) await expect(keys.get(`${URL}/${pool}`, 'a')).resolves.toBeDefined()
})

test('a user pool is warmed up by one fetch, which its first user does not wait for', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(
    async () => await Promise.resolve(Response.json({ keys: [{ ...rsa, kid: 'a' }] })),
  )
  const keys = new CognitoKeys({ ttlSeconds: 60, fetch })
  await keys.warmUp(URL)
  expect(fetch).toHaveBeenCalledTimes(1)
  await keys.get(URL, 'a')
  expect(fetch).toHaveBeenCalledTimes(1)
})

test('what is wrong with a key is the cause of the error', async () => {
  const unusable = async () => await Promise.resolve(Response.json({ keys: [{ kty: 'RSA', kid: 'a', n: 'x' }] }))
  await expect(new CognitoKeys({ ttlSeconds: 60, fetch: unusable }).get(URL, 'a')).rejects.toMatchObject({
    code: 'keys_unavailable',
    cause: expect.any(Error) as Error,
  })
  const text = async () => await Promise.resolve(new Response('<html>'))
  await expect(createAlbKeys({ ttlSeconds: 60, fetch: text }).get(URL)).rejects.toMatchObject({
    code: 'keys_unavailable',
    cause: expect.any(Error) as Error,
  })
})

test.each([
  ['aws', 'eu-west-2', 'https://public-keys.auth.elb.eu-west-2.amazonaws.com'],
  ['aws-us-gov', 'us-gov-west-1', 'https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1'],
  ['aws-cn', 'cn-north-1', undefined],
  ['aws-iso', 'us-iso-east-1', undefined],
])('keys of %s in %s are where AWS documents it: %s', (partition, region, base) => {
  expect(albKeysBase(partition, region)).toBe(base)
})
