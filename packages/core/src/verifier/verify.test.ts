import { createHook } from 'node:async_hooks'
import { decodeJwt } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { useTestAlb } from '../../test/test-alb.js'
import type { TokenVerifier } from './token-verifier.js'

const { alb, verifier, tokens } = useTestAlb()

describe('a signature that does not hold', () => {
  const turn = async (): Promise<void> => await new Promise((resolve) => void setImmediate(resolve))
  const change = (token: string): string => {
    const at = token.lastIndexOf('.') + 9
    return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  }

  test.each(['with its key at hand', 'with its key still to be fetched'])('is refused alone, %s', async (how) => {
    for (const name of ['oidcData', 'accessToken'] as const) {
      const one = verifier()
      if (how.endsWith('at hand')) await one.verify(await tokens())
      const given = await tokens()
      await turn()
      await expect(one.verify({ ...given, [name]: change(given[name]) })).rejects.toMatchObject({ reason: 'signature' })
      await turn()
      await expect(one.verify(given)).resolves.toBeDefined()
    }
  })

  test('is refused in a crowd, which is let in', async () => {
    const one = verifier()
    await one.verify(await tokens())
    const crowd = await Promise.all(Array.from({ length: 12 }, async () => await tokens()))
    const given = crowd.map((pair, index) => {
      if (index % 3 === 0) return { ...pair, oidcData: change(pair.oidcData) }
      return index % 3 === 1 ? { ...pair, accessToken: change(pair.accessToken) } : pair
    })
    const outcomes = await Promise.allSettled(given.map(async (pair) => await one.verify(pair)))
    expect(outcomes.map(({ status }) => status)).toEqual(
      given.map((_, index) => (index % 3 === 2 ? 'fulfilled' : 'rejected')),
    )
  })
})

describe('both tokens', () => {
  test('are refused when they are nested too deep to be claims', async () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 40; depth += 1) deep = [deep]
    const claims = { deep }
    await expect(verifier().verify(await tokens({ alb: { claims } }))).rejects.toMatchObject({ reason: 'malformed' })
    await expect(verifier().verify(await tokens({ access: { claims } }))).rejects.toMatchObject({ reason: 'malformed' })
    await expect(verifier().verify(await tokens({ alb: { header: claims } }))).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  test('come without a __proto__, wherever it was', async () => {
    const evil = { own: JSON.parse('[{"__proto__":{"isAdmin":true}}]') as unknown }
    const { alb: albToken, access } = await verifier().verify(
      await tokens({ alb: { header: evil, claims: evil }, access: { claims: evil } }),
    )
    const owns = [albToken.header['own'], albToken.claims['own'], access?.['own']] as object[][]
    expect(owns.map(([own]) => Object.getOwnPropertyNames(own))).toEqual([[], [], []])
  })

  test('are UTF-8, in which a replacement character is one like any other', async () => {
    const claims = { name: 'Jos\uFFFD' }
    await expect(verifier().verify(await tokens({ alb: { claims } }))).resolves.toMatchObject({ alb: { claims } })
    const broken = Buffer.concat([Buffer.from('{"alg":"ES256","x":"'), Buffer.from([0xff]), Buffer.from('"}')])
    await expect(verifier().verifyAlbToken(`${broken.toString('base64url')}.e30.AAAA`)).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  test('may come out of a Headers, which says null for nothing', async () => {
    const given = await tokens()
    await expect(verifier().verify({ ...given, identity: null } as never)).resolves.toBeDefined()
    await expect(verifier().verify({ ...given, accessToken: null } as never)).rejects.toMatchObject({
      code: 'missing_token',
    })
    for (const nothing of [undefined, null, 'a.b.c']) {
      await expect(verifier().verify(nothing as never)).rejects.toMatchObject({ code: 'configuration' })
    }
  })

  test('are needed', async () => {
    const { oidcData, accessToken } = await tokens()
    await expect(verifier().verify({ oidcData })).rejects.toMatchObject({ code: 'missing_token' })
    await expect(verifier().verify({ accessToken } as never)).rejects.toMatchObject({ code: 'missing_token' })
  })

  test('and the identity header name one user', async () => {
    const given = await tokens()
    const { alb: verified } = await verifier().verify(given)
    await expect(verifier().verify({ ...given, identity: String(verified.claims['sub']) })).resolves.toBeDefined()
    await expect(verifier().verify({ ...given, identity: 'somebody' })).rejects.toMatchObject({ reason: 'subject' })
  })

  test('are frozen when they come out', async () => {
    const { alb: verified, access } = await verifier().verify(await tokens())
    expect([verified.claims, verified.header, access, access?.['cognito:groups']].every(Object.isFrozen)).toBe(true)
  })

  test('are forgotten past their exp, remembered or not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    vi.setSystemTime(Date.now() + 126_000)
    await expect(one.verify(given)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('verify again after the caches were cleared', async () => {
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    one.clearCache()
    await expect(one.verify(given)).resolves.toBeDefined()
    expect(alb().requests).toHaveLength(4)
  })

  test.each([0, 1])('verify with a memory of %i tokens', async (tokenCacheSize) => {
    const one = verifier({ tokenCacheSize })
    const given = await tokens()
    await one.verify(given)
    await expect(one.verify(given)).resolves.toBeDefined()
  })

  test('verify in the thread pool where others wait, a lone pair in place', async () => {
    const one = verifier()
    await one.verify(await tokens())
    const checks = new Set<number>()
    let jobs = 0
    // A check in place is an async resource, too, but one that nothing comes back from.
    const hook = createHook({
      init: (id, type) => void (type === 'SIGNREQUEST' && checks.add(id)),
      before: (id) => void (checks.has(id) && (jobs += 1)),
    })
    const crowd = await Promise.all(Array.from({ length: 10 }, async () => await tokens()))
    const lone = await tokens()
    await new Promise((resolve) => setImmediate(resolve))
    hook.enable()
    await one.verify(lone)
    expect([checks.size, jobs]).toEqual([2, 0])
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all(crowd.map(async (pair) => await one.verify(pair)))
    hook.disable()
    // The first of them comes alone.
    expect([checks.size, jobs]).toEqual([22, 18])
  })

  test.each<[string, (one: TokenVerifier) => Promise<() => Promise<unknown>>]>([
    [
      'of a load balancer',
      async (one) => {
        const { oidcData } = await tokens()
        return async () => await one.verifyAlbToken(oidcData)
      },
    ],
    [
      'beside it',
      async (one) => {
        const { accessToken } = await tokens()
        const expected = {
          issuer: alb().issuer,
          clientId: alb().options.clientId,
          sub: decodeJwt(accessToken).sub ?? '',
        }
        return async () => await one.verifyAccessToken(accessToken, expected)
      },
    ],
    [
      'of a program',
      async (one) => {
        const { accessToken } = await tokens()
        return async () => await one.verifyBearerToken(accessToken)
      },
    ],
  ])('verify a token %s in the thread pool where it had to wait for its turn', async (_which, prepare) => {
    const one = verifier({ bearer: { clientId: alb().options.clientId } })
    await one.verify(await tokens())
    const verify = await prepare(one)
    await new Promise((resolve) => setImmediate(resolve))
    const checks = new Set<number>()
    let jobs = 0
    const hook = createHook({
      init: (id, type) => void (type === 'SIGNREQUEST' && checks.add(id)),
      before: (id) => void (checks.has(id) && (jobs += 1)),
    })
    hook.enable()
    const refused = Array.from(
      { length: 64 },
      async () => await one.verifyAlbToken('not.a.token').catch(() => 'refused'),
    )
    const verified = verify()
    await Promise.all([...refused, verified])
    hook.disable()
    expect([checks.size, jobs]).toEqual([1, 1])
  })

  test('verify many at once', async () => {
    const one = verifier()
    const given = await Promise.all(Array.from({ length: 30 }, async () => await tokens()))
    await expect(Promise.all(given.map(async (pair) => await one.verify(pair)))).resolves.toHaveLength(30)
    expect(alb().requests).toHaveLength(2)
  })
})

describe('a verifier says', () => {
  test('what it accepts, and where its keys are', () => {
    const one = verifier({ userPoolId: 'eu-west-2_Pool1', bearer: { clientId: ['cli'], scopes: ['my-api/read'] } })
    expect([one.acceptsAlb, one.acceptsBearer, one.bearerScopes, one.groupsClaim]).toEqual([
      true,
      true,
      ['my-api/read'],
      undefined,
    ])
    expect(one.jwksUrls).toEqual(['https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Pool1/.well-known/jwks.json'])
  })

  test('that it takes people alone, by a claim of their own, and no access token', () => {
    const one = verifier({ groupsClaim: 'groups' })
    expect([one.acceptsBearer, one.bearerScopes, one.groupsClaim, one.jwksUrls]).toEqual([false, [], 'groups', []])
  })
})

test('warming up fetches the keys of the pinned pool, and a pool out of reach is said', async () => {
  const one = verifier({ userPoolId: 'eu-west-2_Pool1', fetch: async () => new Response('', { status: 503 }) })
  await expect(one.warmUp()).rejects.toMatchObject({ code: 'keys_unavailable' })
})
