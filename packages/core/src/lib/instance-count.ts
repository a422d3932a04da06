/**
 * Notices an app that makes a `CognitoAuth` for each request: each has caches, fetches and budgets of its own.
 *
 * @module
 */

const LIMIT = 20
const WINDOW_MS = 60_000

let recent: number[] = []
let hasWarned = false

/** Counts one more; warns once per process, where more than 20 were made within a minute. */
export function countInstance(): void {
  if (hasWarned) return
  const now = Date.now()
  recent = [...recent.filter((made) => now >= made && now - made < WINDOW_MS), now]
  if (recent.length <= LIMIT) return
  hasWarned = true
  recent = []
  process.emitWarning(
    'More than 20 CognitoAuth were made within a minute. Make one when the app starts and keep it: each fetches keys and config anew',
    { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_INSTANCES' },
  )
}
