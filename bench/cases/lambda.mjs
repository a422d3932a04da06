/** A Lambda function behind a load balancer: the handler alone, one event at a time, as Lambda calls it. */
import { Authoriser } from '@cognito-auth/core'
import { createLambdaAuth } from '@cognito-auth/lambda'
import { createAwsJwtVerify } from '../contenders.mjs'
import { inTurns, oneAtATime } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { createBenchAlb, distinctPairs, freshAlbTokens } from '../tokens.mjs'

const [WITHOUT, OURS, BY_HAND] = ['without a check', 'cognito-auth', 'aws-jwt-verify, by hand']
const USERS = 64

function eventOf({ headers }) {
  const requestContext = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-2:1:targetgroup/a/b' } }
  return {
    requestContext,
    httpMethod: 'GET',
    path: '/',
    queryStringParameters: {},
    headers,
    body: '',
    isBase64Encoded: false,
  }
}

const answer = (name) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ hello: name }),
})

/** The row. */
export async function lambda({ rounds, size }) {
  const alb = await createBenchAlb()
  const seen = await distinctPairs(alb, USERS)
  const fresh = (await freshAlbTokens(alb, seen, size * (rounds + 1))).map(eventOf)
  const repeated = Array.from({ length: size }, (_, index) => eventOf(seen[index % USERS]))
  const { pair } = createAwsJwtVerify(alb)
  const authoriser = Authoriser.fromLists({ allowedGroups: ['group-3'] })
  const { withUser } = createLambdaAuth({ ...alb.options, authoriser })
  const handlers = {
    [WITHOUT]: async () => answer('anybody'),
    [OURS]: withUser(async (_, { user }) => answer(user.name)),
    async [BY_HAND]({ headers }) {
      const tokens = { oidcData: headers['x-amzn-oidc-data'], accessToken: headers['x-amzn-oidc-accesstoken'] }
      const { claims, access } = await pair(tokens)
      const isAllowed = claims.sub === access.sub && access['cognito:groups'].includes('group-3')
      return isAllowed ? answer(claims.name) : { statusCode: 403 }
    },
  }
  const asked = (handler) => async (event) => {
    const { statusCode } = await handler(event, {})
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`)
  }
  const contenders = {}
  for (const [name, handler] of Object.entries(handlers)) {
    for (const event of repeated.slice(0, USERS)) await handler(event, {})
    contenders[`${name}, tokens seen`] = () => oneAtATime(repeated, asked(handler))
    contenders[`${name}, ALB token fresh`] = (round) =>
      oneAtATime(fresh.slice((round + 1) * size, (round + 2) * size), asked(handler))
  }
  const samples = await inTurns(rounds, contenders)
  const target = (kind, limit) =>
    bound.atMost(
      samples,
      'cpuUs',
      `${OURS}, ${kind}`,
      `${BY_HAND}, ${kind}`,
      limit,
      `x the CPU of the one by hand, ${kind}`,
    )
  return row({
    title: 'A Lambda function behind a load balancer',
    standsFor: 'the handler alone, one event at a time; Lambda itself is not measured',
    samples,
    columns: [
      ['us', 'us an event', 1],
      ['cpuUs', 'us of CPU, main thread', 1],
    ],
    targets: [target('tokens seen', 0.1), target('ALB token fresh', 0.8)],
  })
}
