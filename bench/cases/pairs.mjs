/** Both tokens of a request, as text, to what they say: never seen, partly seen, seen. */
import { availableParallelism } from 'node:os'
import { runChild } from '../children/run-child.mjs'
import {
  createAwsJwtVerify,
  createFastJwt,
  createFloor,
  createJose,
  createOurs,
  signedBytes,
  withSub,
} from '../contenders.mjs'
import { FEW_THREADS, inFlight, inTurns, metric, oneAtATime, ratio } from '../measure.mjs'
import { bound, row, withSpread } from '../report.mjs'
import { createBenchAlb, distinctPairs, freshAlbTokens } from '../tokens.mjs'

const FLOOR = 'node:crypto alone (the floor)'
const ALB_FLOOR = `${FLOOR}: the ALB token’s signature only`
const OURS = 'cognito-auth: requireUser(headers), allowedGroups'
const VERIFY = 'cognito-auth: verify alone'
const AWS = 'aws-jwt-verify'
const JOSE = 'jose'

async function setUp(count) {
  const alb = await createBenchAlb()
  const pairs = await distinctPairs(alb, count, { from: 1_000 })
  // Other users': their tokens bring the keys and nothing else that is measured.
  const [warm] = await distinctPairs(alb, 1)
  const [ours, aws, jose] = [createOurs(alb), createAwsJwtVerify(alb), await createJose(alb)]
  return { alb, pairs, warm, bytes: signedBytes(pairs), ours, aws, jose }
}

const timesUs = ['us', 'us a request', 1]
const throughput = ['perSecond', 'requests/s', 0]
const loop = ['loopUs', 'us of event loop', 1]
const cpu = ['cpuUs', 'us of CPU, main thread', 1]
const allCpu = ['allCpuUs', 'us of CPU, all threads', 1]

/** Lone requests. */
export async function neverSeenAlone({ rounds, size }) {
  const { alb, pairs, warm, bytes, ours, aws, jose } = await setUp(size)
  const floor = createFloor(alb, 'in place')
  const samples = await inTurns(rounds, {
    [FLOOR]: () => oneAtATime(bytes, floor.pair),
    [OURS]: async () => oneAtATime(pairs, await ours.user([warm])),
    [VERIFY]: async () => oneAtATime(pairs, await ours.verify([warm])),
    [AWS]: () => oneAtATime(pairs, aws.pair),
    [JOSE]: () => oneAtATime(pairs, jose.pair),
  })
  return row({
    title: 'Both tokens never seen, one at a time',
    standsFor: 'the latency that a check adds to the first request of a person, on an app with little to do',
    samples,
    columns: [timesUs, cpu],
    targets: [
      bound.atMost(samples, 'cpuUs', OURS, AWS, 1, 'x the time (CPU) of aws-jwt-verify'),
      bound.atMost(samples, 'cpuUs', VERIFY, AWS, 1, 'x the time (CPU) of aws-jwt-verify, `verify` alone'),
      bound.atMost(samples, 'cpuUs', OURS, FLOOR, 1.2, 'x the floor (CPU)'),
    ],
  })
}

/**
 * What the cores of this machine leave for a target: with all of them busy, requests/s are cores divided by CPU.
 * `null` where there are so many that something else is the bound.
 */
function boundOfCores(samples) {
  const cores = availableParallelism()
  if (cores > 4) return null
  const cpuOf = (name) => metric(samples, name, 'allCpuUs').median
  const has = (cores * cpuOf(AWS)) / 1.75
  const left = has - cpuOf(FLOOR)
  return (
    `aws-jwt-verify works on one core, ${cpuOf(AWS).toFixed(1)} us a pair. The ${cores} cores of this machine have ${has.toFixed(1)} us for each pair at 1.75 x its throughput; ` +
    `the two signatures take ${cpuOf(FLOOR).toFixed(1)} in the pool, and ${left > 0 ? `${left.toFixed(1)} us are` : 'nothing is'} left for all else.`
  )
}

/** A busy app just after a start. */
export async function neverSeenInFlight({ rounds, size }) {
  const { alb, pairs, warm, bytes, ours, aws, jose } = await setUp(size)
  const floor = createFloor(alb, 'in the pool')
  const samples = await inTurns(rounds, {
    [FLOOR]: () => inFlight(64, bytes, floor.pair),
    [OURS]: async () => inFlight(64, pairs, await ours.user([warm])),
    [VERIFY]: async () => inFlight(64, pairs, await ours.verify([warm])),
    [AWS]: () => inFlight(64, pairs, aws.pair),
    [JOSE]: () => inFlight(64, pairs, jose.pair),
  })
  return row({
    title: 'Both tokens never seen, 64 in flight',
    standsFor: 'a busy app just after a start, when everybody comes back at once',
    samples,
    columns: [throughput, loop, cpu, allCpu],
    targets: [
      bound.atLeast(samples, 'perSecond', OURS, AWS, 1.75, 'x the throughput of aws-jwt-verify'),
      bound.atLeast(samples, 'perSecond', OURS, FLOOR, 0.75, 'of the floor’s throughput'),
      bound.atLeast(samples, 'perSecond', VERIFY, FLOOR, 0.85, 'of the floor’s throughput, `verify` alone'),
    ],
    notes: [
      `The floor itself, which reads nothing of a token, has ${withSpread(ratio(samples, 'perSecond', FLOOR, AWS), 2)} x the throughput of aws-jwt-verify ` +
        `and ${withSpread(ratio(samples, 'loopUs', FLOOR, AWS), 2)} of its event-loop time.`,
      boundOfCores(samples),
    ].filter((note) => note !== null),
  })
}

/** The same on a machine with few cores: no more pool threads than cores. */
export async function neverSeenFewThreads({ rounds, size }) {
  const given = await runChild('in-flight.mjs', [rounds, size], ['--expose-gc'], { UV_THREADPOOL_SIZE: FEW_THREADS })
  return {
    ...given,
    title: `${given.title}, UV_THREADPOOL_SIZE=${FEW_THREADS}`,
    standsFor: `${given.standsFor}, on a machine with fewer cores than the four threads that Node has by default`,
  }
}

/** What a load balancer does: it signs a new token every two minutes or so; the access token stays for an hour. */
export async function freshAlbToken({ rounds, size }) {
  const { alb, ours, aws, jose } = await setUp(1)
  const seen = await distinctPairs(alb, 64)
  const pairs = await freshAlbTokens(alb, seen, size)
  const bytes = signedBytes(pairs)
  const floor = createFloor(alb, 'in the pool')
  const samples = await inTurns(rounds, {
    [ALB_FLOOR]: () => inFlight(64, bytes, floor.alb),
    [OURS]: async () => inFlight(64, pairs, await ours.user(seen)),
    [VERIFY]: async () => inFlight(64, pairs, await ours.verify(seen)),
    [AWS]: () => inFlight(64, pairs, aws.pair),
    [JOSE]: () => inFlight(64, pairs, jose.pair),
  })
  return row({
    title: 'Fresh ALB token, access token seen before, 64 in flight',
    standsFor: 'what a load balancer sends most of the time: a token of its own that is new, Cognito’s that is not',
    samples,
    columns: [throughput, loop, cpu, allCpu],
    targets: [
      bound.atLeast(samples, 'perSecond', OURS, AWS, 2.2, 'x the throughput of aws-jwt-verify'),
      bound.atLeast(samples, 'perSecond', OURS, ALB_FLOOR, 0.8, 'of the floor’s throughput'),
    ],
  })
}

/** A page that makes many requests. */
export async function seenBefore({ rounds, size }) {
  const { alb, ours, aws, jose } = await setUp(1)
  const seen = await distinctPairs(alb, 64)
  const repeated = (count) => Array.from({ length: count }, (_, index) => seen[index % seen.length])
  const some = repeated(size)
  // So fast that more of them are needed for the clock to be right about.
  const many = repeated(size * 10)
  const fastJwt = createFastJwt(alb, { cache: 1_000 })
  const samples = await inTurns(rounds, {
    [OURS]: async () => inFlight(64, many, await ours.user(seen)),
    [VERIFY]: async () => inFlight(64, many, await ours.verify(seen)),
    [AWS]: () => inFlight(64, some, aws.pair),
    [JOSE]: () => inFlight(64, some, jose.pair),
    'fast-jwt with its cache, access token only': () => inFlight(64, many, fastJwt),
  })
  return row({
    title: 'Both tokens seen before',
    standsFor: 'a page that makes many requests: each carries the tokens of the one before',
    samples,
    columns: [throughput, loop, cpu, allCpu],
    targets: [
      bound.atLeast(samples, 'perSecond', OURS, AWS, 25, 'x the throughput of aws-jwt-verify'),
      bound.atLeast(samples, 'perSecond', VERIFY, AWS, 25, 'x the throughput of aws-jwt-verify, `verify` alone'),
      bound.atMost(samples, 'cpuUs', OURS, VERIFY, 1.8, 'x the CPU of verify alone'),
    ],
  })
}

/** The access token alone, where fast-jwt can take part. */
export async function accessTokenAlone({ rounds, size }) {
  const { alb, pairs, warm, bytes, ours, aws, jose } = await setUp(size)
  const fastJwt = createFastJwt(alb, { cache: false })
  const floor = createFloor(alb, 'in place')
  const tokens = withSub(pairs)
  const samples = await inTurns(rounds, {
    [FLOOR]: () => oneAtATime(bytes, floor.access),
    [VERIFY]: async () => oneAtATime(tokens, await ours.access([warm])),
    [AWS]: () => oneAtATime(pairs, aws.access),
    [JOSE]: () => oneAtATime(pairs, jose.access),
    'fast-jwt': () => oneAtATime(pairs, fastJwt),
  })
  return row({
    title: 'Access token alone, never seen, one at a time',
    standsFor: 'fast-jwt in the comparison, which refuses the padding of a load balancer’s token',
    samples,
    columns: [timesUs, cpu],
    targets: [],
  })
}
