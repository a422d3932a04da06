/**
 * What happens to a request in front of an app: refused, answered here, or forwarded with a clean identity.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { closeAtExpiry, type User } from '@cognito-auth/core'
import { answerTo, isCognitoAuthError } from '@cognito-auth/core/adapter'
import { logAtEnd, type RequestLog } from './access-log.js'
import { type Answer, problem, responseOn, send } from './answers.js'
import type { Forwarder, Forwarding, UpstreamFailure } from './forwarder.js'
import { noIdentity } from './identity-values.js'
import type { Settings } from './options.js'
import { isOwnPath, NOT_FOUND, ownAnswer, type OwnState } from './own-paths.js'
import type { Identified, Protection } from './protection.js'
import { isUnambiguous, upgradeOf } from './request-shape.js'
import { upstreamHeaders } from './upstream-requests.js'

/** Answers that never end by themselves: they end when the access token does. */
const ENDLESS = /^\s*(?:text\/event-stream|multipart\/x-mixed-replace)\s*(?:;|$)/i

const BAD_REQUEST = problem(400, 'bad_request', { connection: 'close' })
const FAILURES: Readonly<Record<UpstreamFailure, Answer>> = {
  upstream_unavailable: problem(502, 'upstream_unavailable'),
  upstream_timeout: problem(504, 'upstream_timeout'),
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.replace(/\?.*$/s, '')

/** What the handler works with. */
export interface ProxyParts {
  readonly settings: Settings
  readonly protection: Protection
  readonly forwarder: Forwarder
  readonly own: OwnState
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
    if (!isUnambiguous(req) || upgradeOf(req) === 'other') return this.#answer(res, log, BAD_REQUEST, 'bad_request')
    if (isOwnPath(path)) {
      const answer = (await ownAnswer(path, own)) ?? NOT_FOUND
      return this.#answer(res, log, answer, answer === NOT_FOUND ? 'not_found' : undefined)
    }
    const identified = settings.isBypassed(req.url ?? '') ? undefined : await protection.identify(req)
    log.user = identified?.user
    // The client left meanwhile.
    if (req.socket.destroyed) return
    req.headers = upstreamHeaders(req, settings.headers, {
      identity: identified?.identity ?? noIdentity(settings.headers),
      assertion: identified?.assertion,
      withTokens: settings.passTokens && identified !== undefined,
      isUpgrade: upgrade !== undefined,
    }) as IncomingMessage['headers']
    this.#forward(req, res, log, identified, upgrade)
  }

  #forward(
    req: IncomingMessage,
    res: ServerResponse,
    log: RequestLog,
    identified: Identified | undefined,
    upgrade: { socket: Socket; head: Buffer } | undefined,
  ): void {
    const forwarding: Forwarding = {
      answered: (answer) => {
        log.status = answer.statusCode
        if (identified !== undefined && ENDLESS.test(answer.headers['content-type'] ?? ''))
          endAtExpiry(upgrade?.socket ?? res, identified.user)
      },
      failed: (failure) => this.#answer(res, log, FAILURES[failure], failure),
      upgraded: () => {
        if (identified !== undefined && upgrade !== undefined) endAtExpiry(upgrade.socket, identified.user)
      },
    }
    const { forwarder } = this.#parts
    if (upgrade === undefined) {
      // A client that waits for it sends its body only now that it is known who it is.
      if (/^100-continue$/i.test(headerOf(req, 'expect'))) res.writeContinue()
      return forwarder.web(req, res, forwarding)
    }
    res.detachSocket(upgrade.socket)
    const failed = (failure: UpstreamFailure): void =>
      this.#answer(responseOn(req, upgrade.socket), log, FAILURES[failure], failure)
    forwarder.upgrade(req, upgrade.socket, upgrade.head, { ...forwarding, failed })
  }

  #refuse(req: IncomingMessage, res: ServerResponse, log: RequestLog, error: unknown): void {
    const header = (name: string): string | undefined => req.headers[name]?.toString()
    const { method = '', url = '' } = req
    const answer = answerTo(error, { method, url, header }, this.#parts.settings.auth.redirectUrl)
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

/** The header as sent: those that go on may be others by now. */
function headerOf({ headersDistinct }: IncomingMessage, name: string): string {
  return headersDistinct[name]?.[0] ?? ''
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
