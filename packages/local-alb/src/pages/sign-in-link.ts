/**
 * `/_local-alb/as/ada@example.com?to=/reports`: a link that signs in, for bookmarks and scripts.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { redirect, showMessage } from '../html/answers.js'
import { isPublicHost } from '../net/own-host.js'
import { setSession } from '../sessions/cookies.js'
import type { AlbState } from '../sessions/state.js'
import { findUser } from './api.js'

export const LINK_PATH = '/_local-alb/as/'

/** Who may follow it: this machine, and no page of another site (login CSRF). A link that a person types has neither header. */
function isForeign(req: IncomingMessage, { origins }: AlbState): boolean {
  const { origin, host, 'sec-fetch-site': site } = req.headers
  if (isPublicHost(host, origins) || host === undefined) return true
  if (origin !== undefined && origin !== origins.app) return true
  return site !== undefined && site !== 'none' && site !== 'same-origin'
}

/** A path of the app; anything else could lead elsewhere. */
const isPath = (to: string): boolean => /^\/(?![/\\])[^\\\r\n]*$/.test(to)

/** Signs in, and leads to a page of the app. @throws {LocalAlbError} when it is no user. */
export function followSignInLink(state: AlbState, req: IncomingMessage, res: ServerResponse, url: URL): void {
  if (req.method !== 'GET' || isForeign(req, state)) {
    const sentence =
      'A link that signs in works when it is typed, from a page of this load balancer, or from a script on this machine.'
    return showMessage(res, 403, 'Refused', sentence, { href: '/_local-alb/users', text: 'Users' })
  }
  const to = url.searchParams.get('to') ?? '/'
  if (!isPath(to)) return showMessage(res, 400, 'Invalid link', '"to" must be a path of the app, such as /reports.')
  let who: string
  try {
    who = decodeURIComponent(url.pathname.slice(LINK_PATH.length))
  } catch {
    return showMessage(res, 400, 'Invalid link', 'The e-mail is not percent-encoded right.')
  }
  const id = state.beginSession(findUser(state, who))
  redirect(
    res,
    state.origins.app + new URL(to, state.origins.app).href.slice(state.origins.app.length),
    setSession(state.origins.app, id, req.headers.cookie),
  )
}
