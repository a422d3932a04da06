/**
 * Notices an app that makes a `CognitoAuth` for each request: each has caches, fetches and budgets of its own.
 *
 * @module
 */

import { shared } from './shared.js'

const LIMIT = 20
const WINDOW_MS = 60_000

/** When the last ones were made. */
const count: { recent: number[]; hasWarned: boolean } = shared('instances', () => ({ recent: [], hasWarned: false }))

/** Counts one more; warns once per process, where more than 20 were made within a minute. */
export function countInstance(): void {
  if (count.hasWarned) return
  const now = Date.now()
  const recent = [...count.recent.filter((made) => now >= made && now - made < WINDOW_MS), now]
  count.hasWarned = recent.length > LIMIT
  count.recent = count.hasWarned ? [] : recent
  if (!count.hasWarned) return
  process.emitWarning(
    'More than 20 CognitoAuth were made within a minute. Make one when the app starts and keep it: each fetches keys and config anew',
    { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_INSTANCES' },
  )
}
