/** How the cost of each kind of request grows: with requests in flight, and with the groups of a user. */
import { createAwsJwtVerify, createFloor, createJose, createOurs, signedBytes } from './contenders.mjs'
import { inFlight, inTurns, metric, oneAtATime } from './measure.mjs'
import { createBenchAlb, distinctPairs, freshAlbTokens } from './tokens.mjs'

const CROWDS = [1, 4, 16, 64, 256]
const GROUPS = [1, 10, 100]
const FLOOR = 'node:crypto alone'
const USERS = 64

/** What has been seen before the measurement, and what comes then; `floor`: the signatures that must be verified. */
const KINDS = {
  'never-seen': {
    title: 'both tokens never seen',
    floor: 'pair',
    async tokens(alb, groups, size) {
      return {
        seen: await distinctPairs(alb, 1, { groups }),
        pairs: await distinctPairs(alb, size, { groups, from: 1_000 }),
      }
    },
  },
  'fresh-alb-token': {
    title: 'fresh ALB token, access token seen',
    floor: 'alb',
    async tokens(alb, groups, size) {
      const seen = await distinctPairs(alb, USERS, { groups })
      return { seen, pairs: await freshAlbTokens(alb, seen, size, { groups }) }
    },
  },
  seen: {
    title: 'both tokens seen before',
    floor: undefined,
    async tokens(alb, groups, size) {
      const seen = await distinctPairs(alb, USERS, { groups })
      return { seen, pairs: Array.from({ length: size }, (_, index) => seen[index % seen.length]) }
    },
  },
}

/** A lone request has a turn of the event loop to itself, as on a server: several in one turn are a crowd. */
async function load(limit, items, work) {
  if (limit > 1) return await inFlight(limit, items, work)
  const { us } = await oneAtATime(items, work)
  return { perSecond: 1_000_000 / us, loopUs: us }
}

/** All contenders on one kind of request: `[name, requests/s, microseconds of event loop]`, medians. */
async function measure({ alb, ours, kind, groups, limit, rounds, size }) {
  const { seen, pairs } = await kind.tokens(alb, groups, size)
  const aws = createAwsJwtVerify(alb)
  const jose = await createJose(alb)
  const contenders = {
    'cognito-auth': async () => load(limit, pairs, await ours.user(seen)),
    'verify alone': async () => load(limit, pairs, await ours.verify(seen)),
    'aws-jwt-verify': () => load(limit, pairs, aws.pair),
    jose: () => load(limit, pairs, jose.pair),
  }
  if (kind.floor !== undefined) {
    const bytes = signedBytes(pairs)
    const check = createFloor(alb, limit === 1 ? 'in place' : 'in the pool')[kind.floor]
    contenders[FLOOR] = () => load(limit, bytes, check)
  }
  const samples = await inTurns(rounds, contenders)
  const median = (name, key) => metric(samples, name, key).median
  return Object.keys(samples).map((name) => [name, median(name, 'perSecond'), median(name, 'loopUs')])
}

/** By contender, its value at each point. */
function lines(points, column) {
  const byName = {}
  for (const point of points) for (const one of point) (byName[one[0]] ??= []).push(one[column])
  return byName
}

/**
 * Measures the growth.
 *
 * @returns {Promise<{ file: string, title: string, xLabel: string, xs: number[], lines: Record<string, number[]> }[]>}
 */
export async function growth(effort) {
  const alb = await createBenchAlb()
  const ours = createOurs(alb)
  const plots = []
  for (const [name, kind] of Object.entries(KINDS)) {
    const given = { alb, ours, kind, rounds: effort.plotRounds, size: effort.size }
    const byCrowd = []
    for (const limit of CROWDS) byCrowd.push(await measure({ ...given, groups: 10, limit }))
    const byGroups = []
    for (const groups of GROUPS) byGroups.push(await measure({ ...given, groups, limit: 64 }))
    const inFlightAxis = { xLabel: 'requests in flight', xs: CROWDS }
    const groupAxis = { xLabel: 'groups of each user, 64 requests in flight', xs: GROUPS }
    const perSecond = `Requests a second: ${kind.title}`
    const loopUs = `µs of event loop a request: ${kind.title}`
    plots.push(
      { file: `growth-${name}-throughput.svg`, title: perSecond, ...inFlightAxis, lines: lines(byCrowd, 1) },
      { file: `growth-${name}-event-loop.svg`, title: loopUs, ...inFlightAxis, lines: lines(byCrowd, 2) },
      { file: `growth-${name}-groups.svg`, title: loopUs, ...groupAxis, lines: lines(byGroups, 2) },
    )
  }
  return plots
}
