/** A bearer token, as text to what it says: never seen, seen. */
import { createAwsJwtVerify, createJose, createOursBearer, withAuthorization } from '../contenders.mjs'
import { inFlight, inTurns, oneAtATime } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { createBenchAlb, distinctPairs } from '../tokens.mjs'

const OURS = 'cognito-auth: requireUser(headers), allowedGroups'
const VERIFY = 'cognito-auth: verifyBearerToken alone'
const AWS = 'aws-jwt-verify'
const JOSE = 'jose'

/** The first request of a job. */
export async function bearerNeverSeen({ rounds, size }) {
  const alb = await createBenchAlb()
  const pairs = withAuthorization(await distinctPairs(alb, size, { from: 1_000 }))
  const warm = withAuthorization(await distinctPairs(alb, 1))
  const [ours, aws, jose] = [createOursBearer(alb), createAwsJwtVerify(alb), await createJose(alb)]
  const samples = await inTurns(rounds, {
    [OURS]: async () => oneAtATime(pairs, await ours.user(warm)),
    [VERIFY]: async () => oneAtATime(pairs, await ours.verify(warm)),
    [AWS]: () => oneAtATime(pairs, aws.access),
    [JOSE]: () => oneAtATime(pairs, jose.access),
  })
  return row({
    title: 'Bearer token never seen, one at a time',
    standsFor: 'the first request of a program with its token',
    samples,
    columns: [
      ['us', 'us a request', 1],
      ['cpuUs', 'us of CPU, main thread', 1],
    ],
    targets: [
      bound.atMost(samples, 'cpuUs', OURS, AWS, 1, 'x the time (CPU) of aws-jwt-verify'),
      bound.atMost(samples, 'cpuUs', VERIFY, AWS, 1, 'x the time (CPU) of aws-jwt-verify, `verifyBearerToken` alone'),
    ],
  })
}

/** A job that sends many requests. */
export async function bearerSeen({ rounds, size }) {
  const alb = await createBenchAlb()
  const seen = withAuthorization(await distinctPairs(alb, 64))
  const repeated = (count) => Array.from({ length: count }, (_, index) => seen[index % seen.length])
  const [some, many] = [repeated(size), repeated(size * 10)]
  const [ours, aws, jose] = [createOursBearer(alb), createAwsJwtVerify(alb), await createJose(alb)]
  const samples = await inTurns(rounds, {
    [OURS]: async () => inFlight(64, many, await ours.user(seen)),
    [VERIFY]: async () => inFlight(64, many, await ours.verify(seen)),
    [AWS]: () => inFlight(64, some, aws.access),
    [JOSE]: () => inFlight(64, some, jose.access),
  })
  return row({
    title: 'Bearer token seen before',
    standsFor: 'a program that sends many requests with one token',
    samples,
    columns: [
      ['perSecond', 'requests/s', 0],
      ['cpuUs', 'us of CPU, main thread', 1],
    ],
    targets: [
      bound.atLeast(samples, 'perSecond', OURS, AWS, 25, 'x the throughput of aws-jwt-verify'),
      bound.atLeast(
        samples,
        'perSecond',
        VERIFY,
        AWS,
        25,
        'x the throughput of aws-jwt-verify, `verifyBearerToken` alone',
      ),
    ],
  })
}
