/**
 * An app in a process of its own, in one of three ways: without a check, protected by this project, protected by a
 * middleware written by hand around aws-jwt-verify. Tells its parent the port and tokens that it accepts.
 *
 * Arguments: framework, way, how many users, how many fresh ALB tokens.
 */
import { Authoriser } from '@cognito-auth/core'
import { createAwsJwtVerify } from '../contenders.mjs'
import { createBenchAlb, distinctPairs, freshAlbTokens } from '../tokens.mjs'
import { FRAMEWORKS } from './frameworks.mjs'

const [framework, way, users, fresh] = process.argv.slice(2)
const ALLOWED = ['group-3', 'another-group']

const alb = await createBenchAlb()
const { pair } = createAwsJwtVerify(alb)

/** What one would write: verify both, see that they are of one user who is in a group. `undefined`: not let in. */
async function checkByHand(headers) {
  const oidcData = headers['x-amzn-oidc-data']
  const accessToken = headers['x-amzn-oidc-accesstoken']
  if (typeof oidcData !== 'string' || typeof accessToken !== 'string') return undefined
  const { claims, access } = await pair({ oidcData, accessToken })
  if (claims.sub !== access.sub || !access['cognito:groups']?.some((group) => ALLOWED.includes(group))) return undefined
  return claims
}

const options = { ...alb.options, authoriser: Authoriser.fromLists({ allowedGroups: ALLOWED }) }
const { listen } = await FRAMEWORKS[framework]()
const port = await listen(way, { options, checkByHand })

const seen = await distinctPairs(alb, Number(users))
// The headers of a browser aside: a message is one string, which has a largest size.
const tokensOf = (pairs) => pairs.map(({ oidcData, accessToken }) => ({ oidcData, accessToken }))
process.send({ port, seen: tokensOf(seen), fresh: tokensOf(await freshAlbTokens(alb, seen, Number(fresh))) }, () => {
  // An app under load has no hundred thousand tokens of its own to clear away.
  globalThis.gc()
})
// Whatever is asked: the CPU time that this process has used.
process.on('message', () => process.send(process.cpuUsage()))
process.once('disconnect', () => process.exit())
