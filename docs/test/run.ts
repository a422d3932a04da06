/**
 * Runs a program of a page to its end.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'

/** What a program left. */
export interface Ran {
  /** Exit code; `null` when a signal ended it, as after the time limit. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Two minutes at most: it blocks the test, whose own time limit cannot end it. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Ran {
  return spawnSync(program, args, { ...options, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' })
}
