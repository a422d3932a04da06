/**
 * How a component, an action, or whoever has no response to answer with, refuses.
 *
 * @module
 */

import type * as navigationOfNext from 'next/navigation.js'

type Navigation = typeof navigationOfNext

/** What `error.tsx` is shown of an error begins so; the code follows. */
export const DIGEST_PREFIX = 'COGNITO_AUTH_'

const INTERRUPT = 'NEXT_HTTP_ERROR_FALLBACK;'

/**
 * Next's own interrupt: the app's `unauthorized.tsx` or `forbidden.tsx`, with the status.
 *
 * @returns Where `authInterrupts` is off, which Next tells by an error of another kind.
 */
function interrupt(status: number, { unauthorized, forbidden }: Navigation): void {
  try {
    if (status === 401) unauthorized()
    else forbidden()
  } catch (error) {
    if (String((error as { digest?: unknown }).digest).startsWith(INTERRUPT)) throw error
  }
}

/** The code and status of an error; whatever is not ours is a 500 that says nothing. */
export interface Problem {
  readonly status: number
  readonly code: string
}

/** An error that carries a digest: the one thing of it that Next shows to browsers in production. */
function withDigest(error: unknown, code: string): Error {
  const digest = DIGEST_PREFIX + code
  const known = error instanceof Error ? error : new Error('Not an Error was thrown', { cause: error })
  // A verification is shared by all who ask about one request, and so is its error.
  if ((known as { digest?: unknown }).digest === digest) return known
  return Object.isExtensible(known)
    ? Object.defineProperty(known, 'digest', { value: digest, configurable: true })
    : Object.assign(new Error(known.message, { cause: known }), { digest })
}

/**
 * Refuses: for 401 and 403 `redirect(redirectUrl)` where it is set, else `unauthorized()` or `forbidden()` where
 * `authInterrupts` is on; for everything else, and without both, an error whose digest begins with `COGNITO_AUTH_`. An
 * outage is never redirected: the error page would hide it.
 */
export async function refuse(error: unknown, { status, code }: Problem, redirectUrl?: string): Promise<never> {
  if (status === 401 || status === 403) {
    // Without `.js`, the name that Next replaces in server bundles; here, since Node itself finds it with `.js` only.
    // @ts-expect-error TypeScript looks for it as Node does.
    const navigation = (await import('next/navigation')) as Navigation
    if (redirectUrl !== undefined) navigation.redirect(redirectUrl)
    interrupt(status, navigation)
  }
  throw withDigest(error, code)
}
