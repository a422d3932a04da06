/**
 * Answers a proxy that asks whether a request may pass: 200 with the identity, 401 or 403, and nothing else, since
 * nginx makes 500 of any other.
 *
 * The request carries the headers of the client, and what decides here is those headers alone: neither its path, nor
 * what `X-Forwarded-Uri` and the like say of another one (oauth2-proxy CVE-2026-40575).
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isCognitoAuthError, problemHeaders, problemDetails, warnOnce } from '@cognito-auth/core/adapter'
import { eachLine } from '@cognito-auth/http-kit/headers'
import { logAtEnd, type RequestLog } from '../http/access-log.js'
import { type Answer, problem, send } from '../http/answers.js'
import { ERROR_HEADER, type HeaderPlan } from '../identity/header-names.js'
import { noIdentity } from '../identity/identity-values.js'
import type { Settings } from '../options/options.js'
import { ownAnswer, type OwnState } from '../http/own-paths.js'
import type { Protection } from './protection.js'
import { shapeOf } from '../http/request-shape.js'

/** Refused in every way that a request can be refused before it is asked who sent it. */
export const AMBIGUOUS: Answer = problem(403, 'bad_request')
const FORGED: Answer = problem(403, 'identity_header')

/** The load balancer's own, as it writes them; any other spelling is a client's. */
const OWN_SPELLING = /^x-amzn-oidc-[a-z0-9-]+$/

/** Headers that list others: what `Connection` names, a proxy removes; what `Trailer` names comes after the body. */
const LISTS: readonly string[] = ['connection', 'trailer']

/**
 * Whether the client sent a header that the app would take for the gateway's, which the proxy in front may not remove; or
 * names one in `Connection`, so that the proxy removes the gateway's own from the request that it goes on to send; or
 * announces one as a trailer.
 */
function isForged({ rawHeaders }: IncomingMessage, plan: HeaderPlan): boolean {
  let isFound = false
  eachLine(rawHeaders, (name, value) => {
    if (plan.isIdentity(name) && !OWN_SPELLING.test(name)) isFound = true
    if (LISTS.includes(name) && value.split(',').some((named) => plan.isIdentity(named))) isFound = true
  })
  return isFound
}

function refusal(error: unknown, auth: Settings['auth']): Answer {
  const { status, code } = problemDetails(error)
  const headers = problemHeaders(error, auth)
  if (status === 401 || status === 403) return problem(status, code, headers)
  if (status === 500) warnOnce(error)
  return problem(403, code, { ...headers, [ERROR_HEADER.toLowerCase()]: code })
}

/** What the handler works with. */
export interface VerifyParts {
  readonly settings: Settings
  readonly protection: Protection
  readonly own: OwnState
}

/** Answers the requests of a proxy. */
export class VerifyHandler {
  readonly #parts: VerifyParts

  constructor(parts: VerifyParts) {
    this.#parts = parts
  }

  /** Answers one request. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const log: RequestLog = this.#parts.settings.accessLog
      ? logAtEnd(req, res)
      : { status: undefined, user: undefined, code: undefined, reason: undefined }
    // At once where that can be: the parser may give up on the rest of the request before anything else is done.
    const answer = this.#refusal(req, log) ?? (await this.#answer(req, log))
    log.status = answer.status
    send(res, answer)
  }

  #refusal(req: IncomingMessage, log: RequestLog): Answer | undefined {
    if (!shapeOf(req).isUnambiguous) return refused(log, AMBIGUOUS, 'bad_request')
    return isForged(req, this.#parts.settings.headers) ? refused(log, FORGED, 'identity_header') : undefined
  }

  async #answer(req: IncomingMessage, log: RequestLog): Promise<Answer> {
    const { settings, protection, own } = this.#parts
    try {
      const answer = await ownAnswer((req.url ?? '').replace(/\?.*$/s, ''), own)
      // Asked with the client's own path, a proxy takes this for a yes: no user was allowed.
      if (answer !== undefined) return { ...answer, headers: { ...noIdentity(settings.headers), ...answer.headers } }
      const { user, identity, assertion } = await protection.identify(req)
      log.user = user
      const { assertion: name } = settings.headers
      const signed = name === undefined || assertion === undefined ? {} : { [name]: assertion }
      return { status: 200, headers: { ...identity, ...signed, 'cache-control': 'no-store' }, body: '' }
    } catch (error) {
      log.reason = isCognitoAuthError(error) ? error.reason : undefined
      return refused(log, refusal(error, settings.auth), problemDetails(error).code)
    }
  }
}

function refused(log: RequestLog, answer: Answer, code: string): Answer {
  log.code = code
  return answer
}
