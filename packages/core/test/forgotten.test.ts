/** What clearCaches() forgets, the garbage collector takes: claims of people must not stay in memory (a WeakRef tells). */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTestAlb } from '@cognito-auth/testing'
import { expect, test } from 'vitest'
import { CognitoAuth } from '../src/index.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const alb = await createTestAlb()

/** How many of the claims of these users are still in memory. */
async function remembered(auth: CognitoAuth, users: number): Promise<() => number> {
  const claims: WeakRef<object>[] = []
  for (let index = 0; index < users; index += 1) {
    const { oidcClaims, accessClaims } = await auth.requireUser(await alb.headersFor({ sub: `sub-${index}` }))
    claims.push(new WeakRef(oidcClaims), new WeakRef(accessClaims))
  }
  return () => claims.filter((claim) => claim.deref() !== undefined).length
}

async function collected(): Promise<void> {
  // A WeakRef holds its target to the end of the turn in which it was made or asked.
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
}

test.each([{ tokenCacheSize: 10_000 }, { tokenCacheSize: 8 }])('with %j', async (options) => {
  const auth = new CognitoAuth({ ...alb.options, authoriser: null, ...options })
  const count = await remembered(auth, 20)
  await collected()
  expect(count()).toBe(2 * Math.min(20, options.tokenCacheSize))
  auth.clearCaches()
  await collected()
  expect(count()).toBe(0)
})
