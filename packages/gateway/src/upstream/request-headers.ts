/**
 * The headers of a request as the app gets them.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { ACCESS_TOKEN_HEADER, IDENTITY_HEADER, OIDC_DATA_HEADER } from '@cognito-auth/core'
import { forwardedLines, type HeaderLines, valuesOf } from '@cognito-auth/http-kit/headers'
import type { HeaderPlan } from '../identity/header-names.js'
import type { IdentityValues } from '../identity/identity-values.js'
import { trailerNames } from './answers.js'

const TOKENS: readonly string[] = [OIDC_DATA_HEADER, ACCESS_TOKEN_HEADER, IDENTITY_HEADER]
/** Node sends a body of these in chunks by itself, and keeps the connection then. */
const WITHOUT_CHUNKS_UNASKED = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']

/** What of a request goes on besides its own headers. */
export interface Additions {
  readonly identity: IdentityValues
  readonly assertion: string | undefined
  /** Whether the user was; on a bypassed path nobody is. */
  readonly isVerified: boolean
  /** Whether the tokens, which were verified, go on. */
  readonly withTokens: boolean
  /** Whether `Authorization` may hold a token that the gateway accepts. */
  readonly acceptsBearer: boolean
  readonly isUpgrade: boolean
  /** Whether a body in chunks follows, and trailers may. */
  readonly isChunked: boolean
}

/**
 * Whether the credentials of a request are a bearer token: with a session, they are not. Of a request that nobody has
 * verified, headers of the load balancer are no session.
 */
function isBearer({ headers, rawHeaders }: IncomingMessage, isVerified: boolean): boolean {
  if (isVerified && Object.keys(headers).some((name) => name.startsWith('x-amzn-oidc-'))) return false
  return valuesOf(rawHeaders, 'authorization').some((value) => /^\s*bearer\b/i.test(value))
}

/**
 * Makes the headers: the client's without those of its connection and without any that says who it is, then ours. So
 * nothing that the client writes, into `Connection` for one, changes what is set here.
 */
export function upstreamHeaders(req: IncomingMessage, plan: HeaderPlan, additions: Additions): HeaderLines {
  const withoutBearer = additions.acceptsBearer && !additions.withTokens && isBearer(req, additions.isVerified)
  const keepsChunks = WITHOUT_CHUNKS_UNASKED.includes(req.method ?? '')
  const lines = forwardedLines(req.rawHeaders, (name) => {
    // Asked anew, see `askForBody`.
    if (name === 'expect') return true
    if (name === 'authorization') return withoutBearer
    return (name === 'transfer-encoding' && !keepsChunks) || plan.isIdentity(name)
  })
  Object.assign(lines, additions.identity)
  if (additions.withTokens) {
    for (const name of TOKENS) {
      const token = req.headers[name]
      if (token !== undefined) lines[name] = token
    }
  }
  if (plan.assertion !== undefined && additions.assertion !== undefined) lines[plan.assertion] = additions.assertion
  if (additions.isUpgrade) return Object.assign(lines, { connection: 'Upgrade', upgrade: 'websocket' })
  const trailers = additions.isChunked ? trailerNames(req.rawHeaders, plan.isRefusedTrailer) : ''
  if (trailers !== '') lines['trailer'] = trailers
  return lines
}
