/**
 * What a check of `doctor` finds.
 *
 * @module
 */

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at; stable, for programs. */
  readonly check:
    | 'node'
    | 'header-size'
    | 'variables'
    | 'options'
    | 'dev-mode'
    | 'tls'
    | 'bearer'
    | 'config'
    | 'aws-sdk'
    | 'keys'
    | 'sign-out'
    | 'clock'
  /** `problem`: fix it. `warning`: works, and may surprise. `skipped`: could not be looked at; `message` says why. */
  readonly status: 'ok' | 'warning' | 'problem' | 'skipped'
  /** One sentence, without the full stop. */
  readonly message: string
  /** What to do about it; there with every problem and warning. */
  readonly fix?: string
}

/** Findings are made in one line each. */
export function finding(check: Finding['check'], status: Finding['status'], message: string, fix?: string): Finding {
  return fix === undefined ? { check, status, message } : { check, status, message, fix }
}
