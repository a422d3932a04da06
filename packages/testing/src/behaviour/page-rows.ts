/**
 * What people see who are refused, as data.
 *
 * @module
 */

import type { TestAlb } from '../test-alb.js'
import {
  anonymous,
  as,
  type BehaviourRow,
  denied,
  developer,
  type Expected,
  navigation,
  problem,
  stranger,
} from './row.js'
import type { RawRequest } from './send.js'

function page(status: number, code: string, more: Expected = { status }): Expected {
  return {
    ...more,
    status,
    headers: {
      ...problem(status, code).headers,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': /^default-src 'none'; style-src '(?:sha256|nonce)-[\w+/=-]+'$/,
      'x-content-type-options': 'nosniff',
      location: null,
      ...more.headers,
    },
    body: more.body ?? new RegExp(`<html lang="en">.*<main>.*<h1>.*${code}`, 's'),
  }
}

/** What a person sees who is refused. */
export const pageRows: readonly BehaviourRow[] = [
  {
    what: 'shows a navigation a page on 401',
    app: 'plain',
    request: anonymous('/', { headers: navigation }),
    expected: page(401, 'missing_token'),
  },
  {
    what: 'shows an old browser a page on 401',
    app: 'plain',
    request: as(developer, '/', { fault: 'expired', headers: { accept: 'text/html,*/*;q=0.8' } }),
    expected: page(401, 'expired_token'),
  },
  {
    what: 'shows a page on 403, which says who is signed in',
    app: 'plain',
    request: as(stranger, '/', { headers: navigation }),
    expected: page(403, 'access_denied', { status: 403, body: /stranger@example\.com/ }),
  },
  {
    what: 'shows a page on 403 of a group route',
    app: 'plain',
    request: as(developer, '/admins', { headers: navigation }),
    expected: page(403, 'access_denied', { status: 403, body: /dev@example\.com/ }),
  },
  ...(['plain', 'redirect'] as const).map((app) => ({
    what: 'shows a page on 503, which says when to try again',
    app,
    fresh: true as const,
    request: async (alb: TestAlb): Promise<RawRequest> => {
      alb.goOffline()
      return await as(developer, '/', { headers: navigation })(alb)
    },
    expected: page(503, 'keys_unavailable', {
      status: 503,
      headers: { 'retry-after': /^\d+$/ },
      body: /try again in \d+ second/,
    }),
  })),
  {
    what: 'has no body for a HEAD of a navigation',
    app: 'plain',
    request: anonymous('/', { method: 'HEAD', headers: navigation }),
    expected: { status: 401, headers: { 'content-type': /^text\/html/ }, body: /^$/ },
  },
  {
    what: 'shows no page to a form that is posted',
    app: 'plain',
    request: as(stranger, '/', { method: 'POST', headers: navigation }),
    expected: denied,
  },
  {
    what: 'shows no page to a script',
    app: 'plain',
    request: as(stranger, '/', { headers: { 'sec-fetch-dest': 'empty', accept: 'text/html' } }),
    expected: denied,
  },
]
