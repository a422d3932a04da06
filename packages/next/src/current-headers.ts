/**
 * The headers of the request that is rendered, or answered, now.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import { headers } from 'next/headers.js'
import { cache } from 'react'

/** What Next's `headers()` gives: the same object for all who ask about one request. */
export type CurrentHeaders = Awaited<ReturnType<typeof headers>>

/** Next says it so, without a code, where there is no App Router. */
const OUTSIDE = /outside a request scope/

const NO_SCOPE =
  'There is no request here. requireUser(), getUser() and the others work in server components, actions and route handlers of the App Router. In the Pages Router, which is not supported, and outside of requests: new CognitoAuth() of @cognito-auth/core, with requireUser(req.headers)'

const STATIC =
  'A user cannot be read while `next build` makes a static page: remove `dynamic = "force-static"`, which shows everybody the same page'

/**
 * Asked once a render, by React's `cache`. What Next throws to make a page dynamic, or to refuse `headers()` in
 * `use cache`, passes untouched: Next must see it.
 */
const read = cache(async (): Promise<CurrentHeaders> => await headers())

/**
 * The headers of the current request. Whoever reads them makes the page dynamic.
 *
 * @throws {ConfigurationError} outside of a request, and in a page that is forced to be static.
 */
export async function currentHeaders(): Promise<CurrentHeaders> {
  let found: CurrentHeaders
  try {
    found = await read()
  } catch (error) {
    if (error instanceof Error && !('digest' in error) && OUTSIDE.test(error.message)) {
      throw new ConfigurationError(NO_SCOPE, { cause: error })
    }
    throw error
  }
  // Only `force-static` comes as far as this during a build, with empty headers.
  if (process.env['NEXT_PHASE'] === 'phase-production-build') throw new ConfigurationError(STATIC)
  return found
}
