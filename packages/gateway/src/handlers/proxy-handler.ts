/**
 * What happens to a request in front of an app: refused, answered here, or forwarded with a clean identity.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { closeAtExpiry, type User } from '@cognito-auth/core'
import {
  type AnswerableRequest,
  errorResponse,
  isCognitoAuthError,
  isSignOut,
  nodeHeaders,
  outageResponse,
  signOutResponse,
} from '@cognito-auth/core/adapter'
import { valuesOf } from '@cognito-auth/http-kit/headers'
import { logAtEnd, type RequestLog } from '../http/access-log.js'
import { type Answer, problem, responseOn, send } from '../http/answers.js'
import type { Forwarder, Forwarding, UpstreamFailure } from '../upstream/forwarder.js'
import { noIdentity } from '../identity/identity-values.js'
import type { Settings } from '../options/options.js'
import { isOwnPath, NOT_FOUND, ownAnswer, type OwnState } from '../http/own-paths.js'
import type { Identified, Protection } from './protection.js'
import { type RequestShape, shapeOf, upgradeOf } from '../http/request-shape.js'
import { upstreamHeaders } from '../upstream/request-headers.js'

/** Answers that never end by themselves: they end when the access token does. */
const ENDLESS = /^\s*(?:text\/event-stream|multipart\/x-mixed-replace)\s*(?:;|$)/i

const BAD_REQUEST = problem(400, 'bad_request', { connection: 'close' })
const FAILURES = {
  upstream_unavailable: { type: 'about:blank', title: 'Bad Gateway', status: 502, code: 'upstream_unavailable' },
  upstream_timeout: { type: 'about:blank', title: 'Gateway Timeout', status: 504, code: 'upstream_timeout' },
} as const

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

/** What the handler works with. */
export interface ProxyParts {
  readonly settings: Settings
  readonly protection: Protection
  readonly forwarder: Forwarder
  readonly own: OwnState
}

/** A request that goes on. */
interface Judged {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly log: RequestLog
  readonly shape: RequestShape
  /** `undefined` on a path that is bypassed. */
  readonly identified: Identified | undefined
  readonly upgrade: { socket: Socket; head: Buffer } | undefined
}

/** Handles the requests of one gateway. */
export class ProxyHandler {
  readonly #parts: ProxyParts

  constructor(parts: ProxyParts) {
    this.#parts = parts
  }

  /** A request, upgraded or not. @param socket where it asks for a WebSocket: its connection, and what came after. */
  async handle(req: IncomingMessage, res: ServerResponse, upgrade?: { socket: Socket; head: Buffer }): Promise<void> {
    const log = this.#log(req, upgrade?.socket ?? res)
    try {
      await this.#handle(req, res, log, upgrade)
    } catch (error) {
      this.#refuse(req, res, log, error)
    }
  }

  #log(req: IncomingMessage, end: Socket | ServerResponse): RequestLog {
    if (this.#parts.settings.accessLog) return logAtEnd(req, end)
    return { status: undefined, user: undefined, code: undefined, reason: undefined }
  }

  async #handle(
    req: IncomingMessage,
    res: ServerResponse,
    log: RequestLog,
    upgrade: { socket: Socket; head: Buffer } | undefined,
  ): Promise<void> {
    const { settings, protection, own } = this.#parts
    const path = pathOf(req)
    const shape = shapeOf(req)
    if (!shape.isUnambiguous || upgradeOf(req, shape) === 'other')
      return this.#answer(res, log, BAD_REQUEST, 'bad_request')
    if (isOwnPath(path)) {
      const answer = (await ownAnswer(path, own)) ?? NOT_FOUND
      return this.#answer(res, log, answer, answer === NOT_FOUND ? 'not_found' : undefined)
    }
    if (isSignOut(settings.auth, req.method ?? '', req.url ?? '')) return await this.#signOut(req, res, log, upgrade)
    const identified = settings.isBypassed(req.url ?? '') ? undefined : await protection.identify(req)
    log.user = identified?.user
    // The client left meanwhile.
    if (req.socket.destroyed) return
    req.headers = upstreamHeaders(req, settings.headers, {
      identity: identified?.identity ?? noIdentity(settings.headers),
      assertion: identified?.assertion,
      isVerified: identified !== undefined,
      withTokens: settings.passTokens && identified !== undefined,
      acceptsBearer: settings.auth.acceptsBearer,
      isUpgrade: upgrade !== undefined,
      isChunked: shape.isChunked,
    }) as IncomingMessage['headers']
    this.#forward({ req, res, log, shape, identified, upgrade })
  }

  async #signOut(req: IncomingMessage, res: ServerResponse, log: RequestLog, upgrade: unknown): Promise<void> {
    if (upgrade !== undefined) return this.#answer(res, log, BAD_REQUEST, 'bad_request')
    const { auth } = this.#parts.settings
    const { status, headers, body, cookies } = await signOutResponse(auth, answerable(req), nodeHeaders(req))
    this.#answer(res, log, { status, headers: { ...headers, 'set-cookie': cookies }, body }, undefined)
  }

  #forward({ req, res, log, shape, identified, upgrade }: Judged): void {
    const fail = (on: ServerResponse, failure: UpstreamFailure): void => {
      this.#answer(on, log, outageResponse(FAILURES[failure], answerable(req), this.#parts.settings.auth), failure)
    }
    const forwarding: Forwarding = {
      answered: (answer) => {
        log.status = answer.statusCode
        if (identified !== undefined && ENDLESS.test(answer.headers['content-type'] ?? ''))
          endAtExpiry(upgrade?.socket ?? res, identified.user)
      },
      failed: (failure) => fail(res, failure),
      upgraded: () => {
        if (identified !== undefined && upgrade !== undefined) endAtExpiry(upgrade.socket, identified.user)
      },
    }
    const { forwarder } = this.#parts
    if (upgrade === undefined) return forwarder.web(req, res, shape, forwarding)
    res.detachSocket(upgrade.socket)
    const failed = (failure: UpstreamFailure): void => fail(responseOn(req, upgrade.socket), failure)
    forwarder.upgrade(req, upgrade, shape, { ...forwarding, failed })
  }

  #refuse(req: IncomingMessage, res: ServerResponse, log: RequestLog, error: unknown): void {
    const answer = errorResponse(error, answerable(req), this.#parts.settings.auth)
    if (isCognitoAuthError(error)) log.reason = error.reason
    this.#answer(res, log, answer, isCognitoAuthError(error) ? error.code : 'internal_error')
  }

  #answer(res: ServerResponse, log: RequestLog, answer: Answer, code: string | undefined): void {
    log.status = answer.status
    log.code = code
    // Half an answer must not be taken for a whole one.
    if (res.headersSent) res.destroy()
    else send(res, answer)
  }
}

/** A request as answers go by it, with its headers as sent: those that go on may be others by now. */
function answerable({ method = '', url = '', rawHeaders }: IncomingMessage): AnswerableRequest {
  return { method, url, header: (name) => valuesOf(rawHeaders, name)[0] }
}

/** Ends what has no end of its own when the user's access token expires. */
function endAtExpiry(end: ServerResponse | Socket, user: User): void {
  closeAtExpiry(
    {
      close: () => void end.destroy(),
      once: (_, listener) => end.once('close', listener),
    },
    user,
  )
}
