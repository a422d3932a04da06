/**
 * `/oauth2/idpresponse`, where a sign-in ends at the load balancer: it never reaches the app.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { FAULT_LINK } from '../html/answers.js'
import { idOf } from '../options/users.js'
import { COOKIES, parseCookies, setSession } from '../sessions/cookies.js'
import type { RequestRecord } from '../sessions/request-log.js'
import type { AlbState } from '../sessions/state.js'
import type { Refusal } from './refusals/refusal.js'

/** Where the user pool sends people back to. */
export const CALLBACK_PATH = '/oauth2/idpresponse'

/** A sign-in that did not work, and the way on: taking the fault back where one is the reason, else the app again. */
function failed(state: AlbState, refusal: Omit<Refusal, 'link'>): Refusal {
  const { app } = state.origins
  return state.fault === undefined
    ? { ...refusal, link: { href: `${app}/`, text: 'Open your app again' } }
    : { ...refusal, sentence: `${refusal.sentence ?? ''} The fault ${state.fault} is on.`, link: FAULT_LINK }
}

/** Ends a sign-in: a session, or why there is none. */
export function finishSignIn(state: AlbState, req: IncomingMessage, record: RequestRecord): Refusal {
  const { signIns, fault, origins } = state
  const { searchParams } = new URL(req.url ?? '/', origins.app)
  record.fault = fault
  record.actions = ['authenticate']
  const error = searchParams.get('error')
  if (error === 'access_denied')
    return failed(state, {
      status: 401,
      title: '401 Authorization Required',
      sentence: 'The identity provider denied the sign-in.',
      errorReason: 'AuthInvalidGrantError',
    })
  if (error !== null)
    return failed(state, {
      status: 561,
      title: '561 Authentication Error',
      sentence: 'The identity provider answered with an error.',
      errorReason: 'AuthInvalidTokenResponse',
    })
  if (fault === 'idp_down')
    return failed(state, {
      status: 500,
      title: '500 Internal Server Error',
      sentence: 'The token endpoint of the identity provider is down.',
      errorReason: 'AuthTokenEpRequestFailed',
    })
  const nonce = parseCookies(req.headers.cookie)[COOKIES.nonce.name]
  const [stateParam, code] = [searchParams.get('state'), searchParams.get('code')]
  const done = signIns.finish(stateParam ?? '', code ?? '', nonce)
  if (done === undefined)
    return failed(state, {
      status: 401,
      title: '401 Authorization Required',
      sentence: 'This sign-in is over, or was begun in another browser.',
      errorReason: reasonOf(stateParam, code, nonce),
    })
  const id = state.beginSession(done.user, done.poolSession)
  record.user = idOf(done.user)
  const session = signIns.session(id)
  if (session === undefined || state.isTooLarge(session)) {
    signIns.signOut(undefined, id)
    return failed(state, {
      status: 500,
      title: '500 Internal Server Error',
      sentence: 'Claims and access token of this user are over 11 K, more than a load balancer takes.',
      errorReason: 'AuthUserinfoResponseSizeExceeded',
    })
  }
  return {
    status: 302,
    title: '302 Found',
    why: 'signed in',
    headers: {
      // The whole URL of this load balancer, so that a path such as //example.com stays here.
      location: origins.app + done.returnTo,
      'cache-control': 'no-store',
      'set-cookie': setSession(origins.app, id, req.headers.cookie),
    },
  }
}

/** As AWS's access log says it. */
function reasonOf(state: string | null, code: string | null, nonce: string | undefined): string {
  if (state === null) return 'AuthMissingStateParam'
  if (code === null) return 'AuthMissingCodeParam'
  return nonce === undefined ? 'AuthMissingAWSALBAuthNonce' : 'AuthInvalidStateParam'
}
