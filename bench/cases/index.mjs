/** All rows, in the order in which they are told. */
import { authorise } from './authorise.mjs'
import { bearerNeverSeen, bearerSeen } from './bearer.mjs'
import { endToEnd } from './end-to-end.mjs'
import { gateway } from './gateway.mjs'
import { memory } from './memory.mjs'
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
  express: endToEnd('express', 'Express'),
  koa: endToEnd('koa', 'Koa'),
  hono: endToEnd('hono', 'Hono'),
  fastify: endToEnd('fastify', 'Fastify'),
  nestjs: endToEnd('nestjs', 'NestJS on Express'),
  remix: endToEnd('remix', 'Remix'),
  gateway,
  soak,
  authorise,
  memory,
  start,
  size,
  'access token alone': accessTokenAlone,
  'bearer, never seen': bearerNeverSeen,
  'bearer, seen': bearerSeen,
}
