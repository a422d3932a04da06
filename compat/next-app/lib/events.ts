/** Counts what the adapter does, for the tests: of all bundles of this process. */
import { subscribe } from 'node:diagnostics_channel'

const NAMES = ['authenticated', 'authorised', 'denied', 'rejected', 'keys'] as const

type Counts = Record<(typeof NAMES)[number], number>

const store = globalThis as { authEvents?: Counts }

export function countEvents(): Counts {
  if (store.authEvents === undefined) {
    const counts: Counts = { authenticated: 0, authorised: 0, denied: 0, rejected: 0, keys: 0 }
    store.authEvents = counts
    for (const name of NAMES) subscribe(`cognito-auth:${name}`, () => void counts[name]++)
  }
  return store.authEvents
}
