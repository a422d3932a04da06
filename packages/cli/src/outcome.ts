/**
 * What a run of the command gives.
 *
 * @module
 */

/** Exit codes; scripts rely on them. */
export const EXIT = {
  /** `explain`: allowed. `doctor`, `audit`: no problems found. */
  ok: 0,
  /** `explain`: denied. `doctor`, `audit`: problems found. */
  no: 1,
  /** The command was not understood. */
  usage: 2,
  /** `explain`: the config could not be read, or is wrong. `audit`: the file could not be read. */
  unreadable: 3,
  /** A bug in the command. */
  bug: 70,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What a run of the command prints, and how it ends. */
export interface Outcome {
  readonly exitCode: ExitCode
  readonly stdout: string
  readonly stderr: string
}

/** The command was not understood; the message says what was not. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A report for programs. */
export function json(report: object): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
