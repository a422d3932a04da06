/**
 * The command `doctor`.
 *
 * @module
 */

import { parse } from '../arguments.js'
import { doctor, doctorText } from '../doctor.js'
import { EXIT, json, type Outcome } from '../outcome.js'

/** @throws {UsageError} when the arguments are wrong. */
export async function runDoctor(args: readonly string[]): Promise<Outcome> {
  const { values } = parse(args, { 'no-network': { type: 'boolean' }, json: { type: 'boolean' } })
  const report = await doctor({ useNetwork: values['no-network'] !== true })
  const exitCode = report.ok ? EXIT.ok : EXIT.no
  return { exitCode, stdout: values.json === true ? json(report) : doctorText(report), stderr: '' }
}
