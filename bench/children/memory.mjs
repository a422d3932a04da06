/**
 * A process that verifies tokens of 10,000 users for a long time and says what its memory was. Started with
 * `--expose-gc`. Arguments: users, distinct ALB tokens in all, `tokenCacheSize`.
 */
import { TokenVerifier } from '@cognito-auth/core'
import { createBenchAlb, userOf } from '../tokens.mjs'

const [users, tokens, tokenCacheSize] = process.argv.slice(2).map(Number)
const BATCH = 500

async function memory() {
  // Twice: the first finds what finalisers keep.
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, used: heapUsed + external }
}

const alb = await createBenchAlb()
const verifier = new TokenVerifier({ ...alb.options, tokenCacheSize })
const accessTokens = []
for (let number = 0; number < users; number += 1) accessTokens.push(await alb.signAccessToken({ user: userOf(number) }))

const empty = await memory()
const points = []
let sent = 0
while (sent < tokens) {
  const batch = []
  for (let index = 0; index < BATCH && sent < tokens; index += 1) {
    const number = sent % users
    batch.push({ oidcData: await alb.signAlbToken({ user: userOf(number) }), accessToken: accessTokens[number] })
    sent += 1
  }
  await Promise.all(batch.map((pair) => verifier.verify(pair)))
  // Signed for this and not needed again: the tokens in hand are not the cache's.
  batch.length = 0
  if (sent === users || sent % Math.ceil(tokens / 10) < BATCH || sent === tokens)
    points.push({ sent, ...(await memory()) })
}
process.stdout.write(JSON.stringify({ empty, points }))
