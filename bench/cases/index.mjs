/** All rows, in the order in which they are told. */
import { authorise, requireUserByRules } from './authorise.mjs'
import { bearerNeverSeen, bearerSeen } from './bearer.mjs'
import { endToEnd } from './end-to-end.mjs'
import { firstAnswer } from './first-answer.mjs'
import { coldStartInFlood, stall } from './flood.mjs'
import { gateway } from './gateway.mjs'
import { lambda } from './lambda.mjs'
import { latency } from './latency.mjs'
import { memory, memoryOfUsers } from './memory.mjs'
import { nextUnderLoad } from './next.mjs'
import {
  accessTokenAlone,
  freshAlbToken,
  neverSeenAlone,
  neverSeenFewThreads,
  neverSeenInFlight,
  seenBefore,
} from './pairs.mjs'
import { refusedToken } from './refused.mjs'
import { size } from './size.mjs'
import { soak } from './soak.mjs'
import { start } from './start.mjs'

export const CASES = {
  'never seen, alone': neverSeenAlone,
  'never seen, in flight': neverSeenInFlight,
  'never seen, few threads': neverSeenFewThreads,
  'fresh ALB token': freshAlbToken,
  'seen before': seenBefore,
  refused: refusedToken,
  'requireUser by rules': requireUserByRules,
  stall,
  'cold start beside a flood': coldStartInFlood,
  express: endToEnd('express', 'Express'),
  koa: endToEnd('koa', 'Koa'),
  hono: endToEnd('hono', 'Hono'),
  fastify: endToEnd('fastify', 'Fastify'),
  nestjs: endToEnd('nestjs', 'NestJS on Express'),
  next: nextUnderLoad,
  remix: endToEnd('remix', 'Remix'),
  web: endToEnd('web', 'Request and Response'),
  lambda,
  latency,
  gateway,
  soak,
  authorise,
  memory,
  'memory of users': memoryOfUsers,
  start,
  'first answer': firstAnswer,
  size,
  'access token alone': accessTokenAlone,
  'bearer, never seen': bearerNeverSeen,
  'bearer, seen': bearerSeen,
}
