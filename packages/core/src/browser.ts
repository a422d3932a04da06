/**
 * `fetch` for pages behind the load balancer, which notices that the session there has ended: `@cognito-auth/core/browser`.
 *
 * The load balancer answers a request without a session by a redirect to sign in, at another origin. A page cannot read it
 * (CORS), and `fetch` rejects as for a network that is down; a body that was sent is lost. Only a navigation can sign in.
 *
 * Runs in the browser; imports nothing.
 *
 * @module
 */

/** What of the browser is used; this package is compiled without its types. */
declare const location: { readonly origin: string; readonly href: string; reload(): void }
declare const sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }

/** The session at the load balancer has ended: the request did not reach the app. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError'
  /** Whether the request was to change something (not GET or HEAD): its body is lost. Keep what was typed, then {@link signIn}. */
  readonly bodyLost: boolean

  constructor(bodyLost: boolean) {
    super(`The session has ended${bodyLost ? '; the body was not sent' : ''}`)
    this.bodyLost = bodyLost
  }

  /** Signs in again, mostly without asking: reloads the page. */
  signIn(): void {
    location.reload()
  }
}

const KEY = 'cognito-auth:reloaded'

/** Where signing in does not help, a page that fetches while it loads must not reload for ever. */
function reloadOnce(error: SessionEndedError): void {
  const now = Date.now()
  if (now - Number(sessionStorage.getItem(KEY)) < 30_000) return
  sessionStorage.setItem(KEY, `${now}`)
  error.signIn()
}

/** Whether the load balancer redirects that URL. By HEAD: what changes something must not be sent twice. */
async function isRedirected(url: string): Promise<boolean> {
  const { type } = await fetch(url, { method: 'HEAD', redirect: 'manual' })
  return type === 'opaqueredirect'
}

/**
 * As `fetch`. Where the session has ended, the page is reloaded, which signs in again;
 * but not where a body would be lost: then the page decides. Requests to other origins are left to `fetch`.
 *
 * @example
 * ```ts
 * try {
 *   await sessionFetch('/api/notes', { method: 'POST', body })
 * } catch (error) {
 *   if (!(error instanceof SessionEndedError)) throw error
 *   saveDraft()
 *   error.signIn()
 * }
 * ```
 * @throws {SessionEndedError} when the session has ended: by a redirect to sign in, or by the 401 of a rule that denies.
 * @throws {TypeError} as `fetch` does, when the network is down.
 */
export const sessionFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const { method, signal, url } = request
  const isOwn = ({ url: one }: { readonly url: string }): boolean => new URL(one).origin === location.origin
  if (!isOwn(request)) return await fetch(request)
  try {
    const response = await fetch(request)
    // Elsewhere: a sign-in page that allows CORS.
    if (response.status !== 401 && (!response.redirected || isOwn(response))) return response
  } catch (error) {
    if (signal.aborted || !(await isRedirected(url).catch(() => false))) throw error
  }
  const error = new SessionEndedError(!/^(GET|HEAD)$/.test(method))
  if (!error.bodyLost) reloadOnce(error)
  throw error
}
