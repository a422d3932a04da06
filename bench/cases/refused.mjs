/** What a stranger's token costs. */
import { createAwsJwtVerify, createOurs } from '../contenders.mjs'
import { inFlight, inTurns } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { createBenchAlb, distinctPairs, userOf } from '../tokens.mjs'

/** Tokens that another load balancer of the region signed, with the region's key: sound but for the signer. */
async function strangersTokens(alb, count, like) {
  const signer = alb.options.albArn.replace(/[^/]+$/, 'fedcba9876543210')
  const tokens = []
  for (let number = 0; number < count; number += 1) {
    const user = userOf(number)
    const oidcData = await alb.signAlbToken({ user, header: { signer } })
    tokens.push({
      oidcData,
      accessToken: 'never.looked.at',
      headers: { ...like.headers, 'x-amzn-oidc-data': oidcData, 'x-amzn-oidc-accesstoken': 'never.looked.at' },
    })
  }
  return tokens
}

function refusing(verify) {
  return async (tokens) => {
    try {
      await verify(tokens)
    } catch {
      return
    }
    throw new Error('a token of another load balancer was accepted')
  }
}

/** Tokens with a wrong signer. */
export async function refusedToken({ rounds, size }) {
  const alb = await createBenchAlb()
  const [warm] = await distinctPairs(alb, 1)
  const some = await strangersTokens(alb, size, warm)
  // Over and over, as they are sent: a thousand take ten milliseconds, and what else the machine does in these would be most of a sample.
  const tokens = Array.from({ length: 10 }, () => some).flat()
  const [ours, aws] = [createOurs(alb), createAwsJwtVerify(alb)]
  let fetches = 0
  const samples = await inTurns(rounds, {
    'cognito-auth': async () => {
      const user = await ours.user([warm])
      const before = alb.requests.length
      const sample = await inFlight(1, tokens, refusing(user))
      fetches += alb.requests.length - before
      return sample
    },
    'cognito-auth: verify alone': async () => inFlight(1, tokens, refusing(await ours.verify([warm]))),
    'aws-jwt-verify': () => inFlight(1, tokens, refusing(aws.pair)),
  })
  return row({
    title: 'A refused token: wrong signer',
    standsFor: 'somebody who sends tokens of a load balancer of their own, as often as they can',
    samples,
    columns: [
      ['us', 'us a request', 1],
      ['cpuUs', 'us of CPU', 1],
    ],
    targets: [
      bound.absolute(samples, 'cpuUs', 'cognito-auth', 10, 'us (CPU)'),
      bound.absolute(samples, 'cpuUs', 'cognito-auth: verify alone', 10, 'us (CPU), `verify` alone'),
      bound.fact(`no key is fetched (${fetches} were)`, fetches === 0),
    ],
  })
}
