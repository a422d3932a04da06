/**
 * What an answer to an attack means.
 *
 * @module
 */

import { type Concerns, MARKER, type Outage } from './attacks.js'

/** An answer of the app, as far as verdicts go by it. */
export interface Answer {
  /** `undefined`: none came. */
  readonly status: number | undefined
  readonly location: string | undefined
  readonly body: string
}

/** `pass`: as a sound app does. `fail`: an attack was accepted, or an outage blamed on the user. `note`: worth knowing. */
export type Verdict = 'pass' | 'fail' | 'note'

/** A verdict, and a sentence where there is something to say. */
export interface Judged {
  readonly verdict: Verdict
  readonly note?: string
}

/** Whether the app did what it does for a correct request. */
export function isAccepted(answer: Answer, good: Answer): boolean {
  if (answer.status === undefined) return false
  const isRedirect = answer.status >= 300 && answer.status < 400
  return isRedirect ? answer.location === good.location : answer.status < 300
}

const UNUSED: Readonly<Record<Concerns, string>> = {
  'user claims token': '',
  'access token': 'the app answers without an access token: it must not take groups or scopes from it',
  'identity header': 'the app does not read x-amzn-oidc-identity',
}

/**
 * Judges the answer to an attack.
 *
 * @param forged what is in an answer only where the app believed it, besides {@link MARKER}
 * @param isUnused whether what the attack is about is not read by the app
 */
export function judgeAttack(
  answer: Answer,
  good: Answer,
  { name, concerns, forged, isUnused }: { name: string; concerns: Concerns; forged: string; isUnused: boolean },
): Judged {
  const isBelieved = answer.body.includes(MARKER) || (forged !== '' && answer.body.includes(forged))
  if (isAccepted(answer, good)) {
    if (isBelieved) return { verdict: 'fail', note: 'accepted, and the answer contains what was forged' }
    if (isUnused) return { verdict: 'note', note: UNUSED[concerns] }
    if (name === 'missing_headers')
      return {
        verdict: 'fail',
        note: 'answered without any token; where this page is public, name another with --attack-path',
      }
    return { verdict: 'fail', note: 'accepted' }
  }
  if (answer.status === undefined) return { verdict: 'note', note: 'no answer: not accepted, but a request that hangs' }
  if (answer.status >= 500) return { verdict: 'note', note: 'not accepted, but as an error of the app' }
  return { verdict: 'pass' }
}

/** Judges the answer while the public keys cannot be fetched, to a token whose key the app has never seen. */
export function judgeOutage(fault: Outage, answer: Answer, good: Answer): Judged {
  if (answer.status === undefined) return { verdict: 'fail', note: 'no answer within the time limit' }
  // It came in the end: whether a request should wait that long is for the app to say.
  if (fault === 'keys_slow' && isAccepted(answer, good))
    return { verdict: 'note', note: 'waited 5 seconds for the key' }
  if (isAccepted(answer, good)) return { verdict: 'fail', note: 'accepted a token whose key it cannot have' }
  if (answer.status >= 500) return { verdict: 'pass' }
  return {
    verdict: 'fail',
    note: `an outage is answered with ${answer.status}, as if the user had done something wrong`,
  }
}
