/** `tokenCacheBytes`: how much remembered tokens may take. Whether one is remembered is told by its user: the same object again. */
import { createTestAlb } from '@cognito-auth/testing'
import { expect, test } from 'vitest'
import { CognitoAuth, type CognitoAuthOptions, TokenVerifier } from '../../index.js'

const alb = await createTestAlb()

/** Headers of a user whose access token is about `kibibytes` large. */
async function headersOf(number: number, kibibytes = 1) {
  const groups = Array.from({ length: kibibytes * 32 }, (_, index) => `group-${number}-${index}`.padEnd(20, 'x'))
  return { ...(await alb.headersFor({ sub: `sub-${number}`, groups })) }
}

async function remembered(
  options: CognitoAuthOptions,
  headers: readonly Record<string, string>[],
): Promise<readonly number[]> {
  const auth = new CognitoAuth({ ...alb.options, authoriser: null, ...options })
  const first = []
  for (const one of headers) first.push(await auth.requireUser(one))
  const found: number[] = []
  // From the end: who is verified anew pushes out who was seen first.
  for (let index = headers.length - 1; index >= 0; index -= 1) {
    if ((await auth.requireUser(headers[index] ?? {})) === first[index]) found.unshift(index)
    else break
  }
  return found
}

test('a few large tokens push out what was used least recently, long before their number would', async () => {
  const large = await Promise.all(Array.from({ length: 30 }, async (_, number) => await headersOf(number, 8)))
  const all = await remembered({}, large)
  expect(all).toHaveLength(30)
  const some = await remembered({ tokenCacheBytes: 300_000 }, large)
  expect(some.length).toBeGreaterThan(5)
  expect(some.length).toBeLessThan(25)
  expect(some.at(-1)).toBe(29)
})

test('five thousand people of ten groups fit into the default', async () => {
  const groups = Array.from({ length: 10 }, (_, index) => `department-${index}`)
  const people = Array.from({ length: 20 }, async (_, number) => ({
    ...(await alb.headersFor({ sub: `sub-${number}`, groups })),
  }))
  const tokenCacheBytes = Math.floor((32 * 2 ** 20 * people.length) / 5_000)
  expect(await remembered({ tokenCacheBytes }, await Promise.all(people))).toHaveLength(people.length)
})

test('0 remembers nothing', async () => {
  const headers = [await headersOf(1)]
  expect(await remembered({ tokenCacheBytes: 0 }, headers)).toEqual([])
})

test('a token that is larger than the limit is accepted, and not remembered', async () => {
  const headers = [await headersOf(1, 8)]
  expect(await remembered({ tokenCacheBytes: 1_000 }, headers)).toEqual([])
})

test('many fresh tokens of the load balancer do not push out access tokens', async () => {
  const verifier = new TokenVerifier({ ...alb.options, tokenCacheBytes: 100_000 })
  const user = { sub: 'sub-1', groups: ['a'] }
  const accessToken = await alb.signAccessToken({ user })
  const { access } = await verifier.verify({ oidcData: await alb.signAlbToken({ user }), accessToken })
  for (let times = 0; times < 200; times += 1) {
    const oidcData = await alb.signAlbToken({ user })
    expect((await verifier.verify({ oidcData, accessToken })).access).toBe(access)
  }
})

test.each([-1, 0.5, Number.NaN, Infinity, '1'])('tokenCacheBytes: %s is refused', (tokenCacheBytes) => {
  const options = { ...alb.options, tokenCacheBytes } as CognitoAuthOptions
  expect(() => new TokenVerifier(options)).toThrow(/tokenCacheBytes must/)
})
