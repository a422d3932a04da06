/**
 * A process that remembers users, and says how many bytes it has less when they are forgotten. Started with `--expose-gc`.
 * Arguments: users, groups of each, `tokenCacheBytes`.
 */
import { CognitoAuth } from '@cognito-auth/core'
import { createBenchAlb, userOf } from '../tokens.mjs'

const [users, groups, tokenCacheBytes] = process.argv.slice(2).map(Number)

async function used() {
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const alb = await createBenchAlb()
const auth = new CognitoAuth({ ...alb.options, authoriser: null, tokenCacheBytes })
let tokenLength = 0
for (let number = 0; number < users; number += 1) {
  // Names of their own: V8 keeps short texts that are equal once.
  const user = {
    ...userOf(number),
    groups: Array.from({ length: groups }, (_, index) => `department-${number}-${index}`),
  }
  const accessToken = await alb.signAccessToken({ user })
  tokenLength = accessToken.length
  await auth.requireUser({
    'x-amzn-oidc-data': await alb.signAlbToken({ user }),
    'x-amzn-oidc-accesstoken': accessToken,
  })
}
const full = await used()
auth.clearCaches()
process.stdout.write(JSON.stringify({ bytes: full - (await used()), tokenLength }))
