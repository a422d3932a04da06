/** May this user come in, by lists of many sizes. */
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
import { inFlight, inTurns } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { createBenchAlb, distinctPairs } from '../tokens.mjs'

const numbers = (count) => Array.from({ length: count }, (_, index) => index)

function lists(users, groups) {
  return {
    allowedUsers: numbers(users).map((number) => `user-${number}@example.com`),
    allowedGroups: numbers(groups).map((number) => `allowed-${number}`),
  }
}

async function userWith(alb, user) {
  const auth = new CognitoAuth({ ...alb.options, authoriser: null })
  return await auth.authenticate(await alb.headersFor(user))
}

/** `requireUser` of remembered tokens, by groups of the user and by rules: what an app pays for each request. */
export async function requireUserByRules({ rounds, size }) {
  const alb = await createBenchAlb()
  const contenders = {}
  const label = (groups, users) => `${groups} groups of the user, ${users.toLocaleString('en-GB')} allowed users`
  for (const [groups, users] of [
    [1, 10],
    [10, 10],
    [100, 10],
    [10, 1_000],
    [10, 10_000],
  ]) {
    const people = await distinctPairs(alb, 64, { groups })
    // Let in by the last group that is looked at; of the users on the list none is asked for.
    const allowedUsers = numbers(users).map((number) => `somebody-${number}@example.com`)
    const authoriser = Authoriser.fromLists({ allowedUsers, allowedGroups: [`group-${groups - 1}`] })
    const auth = new CognitoAuth({ ...alb.options, authoriser })
    for (const { headers } of people) await auth.requireUser(headers)
    const calls = Array.from({ length: size * 30 }, (_, index) => people[index % people.length].headers)
    contenders[label(groups, users)] = () => inFlight(64, calls, (headers) => auth.requireUser(headers))
  }
  const samples = await inTurns(rounds, contenders)
  return row({
    title: 'requireUser with remembered tokens, by groups and rules',
    standsFor: 'an app with many groups, or a long list of people',
    samples,
    columns: [
      ['perSecond', 'requests/s', 0],
      ['cpuUs', 'us of CPU, main thread', 1],
    ],
    targets: [
      bound.atMost(
        samples,
        'cpuUs',
        label(10, 10_000),
        label(10, 10),
        1.25,
        'x the CPU of 10 users, with 10,000 (flat)',
      ),
      bound.atMost(samples, 'cpuUs', label(100, 10), label(1, 10), 2, 'x the CPU of one group, with 100'),
    ],
  })
}

/** Lists of users and groups. */
export async function authorise({ rounds, size }) {
  const alb = await createBenchAlb()
  const groups = numbers(10).map((number) => `group-${number}`)
  const byMail = await userWith(alb, { email: 'user-9@example.com', groups })
  const denied = await userWith(alb, { email: 'nobody@example.com', groups })
  // CPU is told in ticks of the scheduler: some milliseconds, which are ten thousand decisions.
  const calls = Array.from({ length: size * 200 })
  const asking = (authoriser, user, expected) => async () => {
    return await inFlight(1, calls, async () => {
      const { allowed } = await authoriser.authorise(user)
      if (allowed !== expected) throw new Error('the wrong decision')
    })
  }
  const contenders = {}
  for (const users of [10, 100, 1_000, 10_000]) {
    const groupCount = users === 10 ? 10 : 200
    const authoriser = Authoriser.fromLists(lists(users, groupCount))
    const label = `${users.toLocaleString('en-GB')} allowed users, ${groupCount} groups`
    contenders[`${label}: let in by e-mail`] = asking(authoriser, byMail, true)
    contenders[`${label}: denied`] = asking(authoriser, denied, false)
  }
  const samples = await inTurns(rounds, contenders)
  const small = '10 allowed users, 10 groups'
  const large = '10,000 allowed users, 200 groups'
  return row({
    title: 'Authorise: 10,000 allowed users and 200 allowed groups',
    standsFor: 'an app with a long list of people; the user is in 10 groups',
    samples,
    columns: [
      ['us', 'us a decision', 2],
      ['cpuUs', 'us of CPU', 2],
    ],
    targets: [
      bound.absolute(samples, 'cpuUs', `${large}: let in by e-mail`, 2, 'us (CPU), let in'),
      bound.absolute(samples, 'cpuUs', `${large}: denied`, 2, 'us (CPU), denied'),
      bound.atMost(samples, 'cpuUs', `${large}: denied`, `${small}: denied`, 1.25, 'x the time of 10 users (flat)'),
    ],
  })
}
