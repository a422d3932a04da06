/**
 * `local-alb --attack`: a table for people as it goes, or the report as JSON.
 *
 * @module
 */

import { attackHead, attackLine, attackSummary } from '../attack/report.js'
import type { LocalAlb, StartHooks } from '../local-alb.js'
import { paintFor } from './paint.js'
import { UsageError } from '../options/options.js'
import type { Flags } from './flags.js'

type Values = Flags['values']

/** Refuses flags that only go with `--attack`. @throws {UsageError} naming one. */
export function checkAttackFlags(values: Values): void {
  if (values.attack) return
  for (const name of ['attack-path', 'attack-as', 'json'] as const)
    if (values[name] !== undefined) throw new UsageError(`--${name} goes with --attack only`)
}

/** What the load balancer is started with: the app must not write into the report. */
export function attackHooks(values: Values): StartHooks {
  if (!values.attack) return {}
  const paint = paintFor(process.stdout)
  if (values.json) return { isQuietApp: true }
  return { isQuietApp: true, onAttackResult: (result) => void process.stdout.write(`${attackLine(result, paint)}\n`) }
}

/** Tries the app. @returns the exit code. */
export async function attack(alb: LocalAlb, values: Values): Promise<number> {
  const paint = paintFor(process.stdout)
  if (!values.json) process.stdout.write(`${attackHead(paint)}\n`)
  const report = await alb.attack({ path: values['attack-path'], user: values['attack-as'] })
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${attackSummary(report, paint)}\n`)
  return report.failed === 0 ? 0 : 1
}
