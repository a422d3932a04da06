/**
 * What the module does before an app sees a request: signs out, takes the time of arrival, and, for `everything`, checks
 * what is no handler.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CognitoAuth, OIDC_DATA_HEADER } from '@cognito-auth/core'
import {
  type AnswerableRequest,
  type Bypass,
  createBypass,
  type ErrorResponse,
  errorResponse,
  isSignOut,
  nodeHeader,
  nodeHeaders,
  signOutResponse,
} from '@cognito-auth/core/adapter'
import type { ModulesContainer } from '@nestjs/core'
import { verifyOnArrival } from '../requests.js'
import { destroyAfterExpiry } from '../transports/end-at-expiry.js'
import { hold } from './hold.js'
import { closedConnections, openOperations } from './open-operations.js'
import type { Call, Check } from './platforms.js'
import { sendWhole } from './send.js'
import type { UpgradeCheck } from './upgrades.js'

/** What of an app is checked before its handlers. */
export interface FrontOptions {
  /** Whether what is no handler needs a user, too. */
  readonly everything: boolean
  /** Paths that are no handler, and are open. */
  readonly bypass?: Bypass<IncomingMessage> | undefined
}

function answerable({ request, asSent }: Call): AnswerableRequest {
  return { method: request.method ?? '', url: asSent, header: (name) => nodeHeader(request.headers, name) }
}

async function signOut(auth: CognitoAuth, call: Call): Promise<false> {
  const request = answerable(call)
  try {
    sendWhole(call.response, await signOutResponse(auth, request, nodeHeaders(call.request)))
  } catch (error) {
    sendWhole(call.response, errorResponse(error, request, auth))
  }
  return false
}

/** Whether a body comes after headers with tokens: they may expire before it is read. */
function isToBeVerified({ headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return hasBody && (headers[OIDC_DATA_HEADER] !== undefined || headers.authorization !== undefined)
}

/** Lets a request go on that its user may make; of others, what leads to a handler is left to the guard. */
async function judge(auth: CognitoAuth, call: Call): Promise<boolean> {
  const { request, response } = call
  const leadsToHandler = call.leadsToHandler()
  try {
    await verifyOnArrival(auth, request)
    return true
  } catch (error) {
    const refuse = (target: ServerResponse): void => sendWhole(target, errorResponse(error, answerable(call), auth))
    if (leadsToHandler) hold(request, response, () => refuse(response))
    else refuse(response)
    return leadsToHandler
  }
}

/**
 * Makes the check that runs before all else.
 *
 * @throws {ConfigurationError} where `bypass` is no list of paths and no function, or contains `signOutPath`.
 */
export function createFront(auth: CognitoAuth, modules: ModulesContainer, { everything, bypass }: FrontOptions): Check {
  const isBypassed = createBypass(bypass, auth)
  const isOpenOperation = openOperations(modules)
  return (call) => {
    const { request, asSent, asRouted } = call
    if (isSignOut(auth, request.method ?? '', asSent)) return signOut(auth, call)
    if (!everything) {
      if (isToBeVerified(request)) verifyOnArrival(auth, request).catch(() => undefined)
      return true
    }
    try {
      if (isBypassed(request, asSent, asRouted) || isOpenOperation(request, asSent)) return true
    } catch (error) {
      sendWhole(call.response, errorResponse(error, answerable(call), auth))
      return false
    }
    return judge(auth, call)
  }
}

/** Makes the check of connections to GraphQL's endpoint, which needs a user as a whole: so do they. */
export function createUpgradeCheck(
  auth: CognitoAuth,
  modules: ModulesContainer,
  { bypass }: Pick<FrontOptions, 'bypass'>,
): UpgradeCheck {
  const isBypassed = createBypass(bypass, auth)
  const isClosed = closedConnections(modules)
  return (request) => {
    const { method = '', url = '' } = request
    if (!isClosed(url)) return undefined
    const verify = async (): Promise<ErrorResponse | undefined> => {
      try {
        if (isBypassed(request, url, url)) return undefined
        destroyAfterExpiry(request.socket, await verifyOnArrival(auth, request))
        return undefined
      } catch (error) {
        return errorResponse(error, { method, url, header: (name) => nodeHeader(request.headers, name) }, auth)
      }
    }
    return verify()
  }
}
