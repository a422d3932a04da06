/** How the cost grows: with requests in flight, and with the groups of a user. */
import { createAwsJwtVerify, createFloor, createJose, createOurs, signedBytes } from './contenders.mjs'
import { inFlight, inTurns, quantile } from './measure.mjs'
import { createBenchAlb, distinctPairs } from './tokens.mjs'

const CROWDS = [1, 4, 16, 64, 256]
const GROUPS = [1, 10, 100]

/** Medians of all contenders on never-seen pairs: requests/s and microseconds of event loop. */
async function measure(alb, groups, limit, { rounds, size }) {
  const pairs = await distinctPairs(alb, size, { groups, from: 1_000 })
  const [warm] = await distinctPairs(alb, 1)
  const bytes = signedBytes(pairs)
  const aws = createAwsJwtVerify(alb)
  const jose = await createJose(alb)
  const floor = createFloor(alb, limit === 1 ? 'in place' : 'in the pool')
  const samples = await inTurns(rounds, {
    'cognito-auth': async () => inFlight(limit, pairs, (await createOurs(alb, [warm])).pair),
    'aws-jwt-verify': () => inFlight(limit, pairs, aws.pair),
    jose: () => inFlight(limit, pairs, jose.pair),
    'node:crypto alone': () => inFlight(limit, bytes, floor.pair),
  })
  return Object.entries(samples).map(([name, all]) => ({
    name,
    perSecond: quantile(
      all.map((one) => one.perSecond),
      0.5,
    ),
    loopUs: quantile(
      all.map((one) => one.loopUs),
      0.5,
    ),
  }))
}

function lines(points, key) {
  const byName = {}
  for (const point of points) for (const one of point) (byName[one.name] ??= []).push(one[key])
  return byName
}

/**
 * Measures the growth.
 *
 * @returns {Promise<{ file: string, title: string, xLabel: string, xs: number[], lines: Record<string, number[]> }[]>}
 */
export async function growth(effort) {
  const alb = await createBenchAlb()
  const less = { rounds: Math.min(effort.rounds, 7), size: Math.min(effort.size, 1_000) }
  const byCrowd = []
  for (const limit of CROWDS) byCrowd.push(await measure(alb, 10, limit, less))
  const byGroups = []
  for (const groups of GROUPS) byGroups.push(await measure(alb, groups, 64, less))
  const inFlightAxis = { xLabel: 'requests in flight', xs: CROWDS }
  const groupAxis = { xLabel: 'groups of each user', xs: GROUPS }
  return [
    {
      file: 'growth-throughput.svg',
      title: 'Requests a second, tokens never seen',
      ...inFlightAxis,
      lines: lines(byCrowd, 'perSecond'),
    },
    {
      file: 'growth-event-loop.svg',
      title: 'µs of event loop per request, tokens never seen',
      ...inFlightAxis,
      lines: lines(byCrowd, 'loopUs'),
    },
    {
      file: 'growth-groups.svg',
      title: 'µs of event loop per request, 64 in flight',
      ...groupAxis,
      lines: lines(byGroups, 'loopUs'),
    },
  ]
}
