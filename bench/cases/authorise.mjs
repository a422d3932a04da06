/** May this user come in, by lists of many sizes. */
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
import { inFlight, inTurns } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { createBenchAlb } from '../tokens.mjs'

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

/** Lists of users and groups. */
export async function authorise({ rounds, size }) {
  const alb = await createBenchAlb()
  const groups = numbers(10).map((number) => `group-${number}`)
  const byMail = await userWith(alb, { email: 'user-9@example.com', groups })
  const denied = await userWith(alb, { email: 'nobody@example.com', groups })
  const calls = Array.from({ length: size * 10 })
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
