/**
 * How every adapter tells a local load balancer why it refused, as data.
 *
 * @module
 */

import { anonymous, as, type BehaviourRow, developer, invalid, missing, navigation } from './row.js'

/** Options of the variant `local`. */
export const localOptions = { localAlb: 'http://localhost:8080' } as const

/** For adapters with `onError`, in the variant `local`: `plain`, with a hook that answers 418 to requests with the header `x-own`. */
export const reasonRows: readonly BehaviourRow[] = [
  {
    what: 'tells a local load balancer the code',
    app: 'local',
    request: anonymous('/'),
    expected: { ...missing, headers: { ...missing.headers, 'x-cognito-auth-reason': 'missing_token' } },
  },
  {
    what: 'tells a local load balancer which check it was',
    app: 'local',
    request: as(developer, '/', { fault: 'wrong_signer' }),
    expected: { ...invalid, headers: { ...invalid.headers, 'x-cognito-auth-reason': 'invalid_token/signer' } },
  },
  {
    what: 'tells a local load balancer why a page was refused',
    app: 'local',
    request: as(developer, '/', { fault: 'wrong_signer', headers: navigation }),
    expected: { status: 401, headers: { 'x-cognito-auth-reason': 'invalid_token/signer' } },
  },
  {
    what: 'tells a local load balancer why, also where the app answers itself',
    app: 'local',
    request: anonymous('/', { headers: { 'x-own': '1' } }),
    expected: { status: 418, headers: { 'x-cognito-auth-reason': 'missing_token' } },
  },
  {
    what: 'says nothing of it anywhere else',
    app: 'plain',
    request: as(developer, '/', { fault: 'wrong_signer' }),
    expected: { ...invalid, headers: { ...invalid.headers, 'x-cognito-auth-reason': null } },
  },
]
