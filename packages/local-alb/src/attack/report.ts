/**
 * The report of an attack for people: a table, and what it comes to.
 *
 * @module
 */

import type { AttackReport, AttackResult } from './attack.js'
import type { Verdict } from './verdict.js'

/** How a word is shown; without colours as it is. */
export type Paint = (colour: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string) => string

const WORDS: Readonly<Record<Verdict, readonly [word: string, colour: Parameters<Paint>[0]]>> = {
  pass: ['ok', 'green'],
  fail: ['FAIL', 'red'],
  note: ['note', 'yellow'],
}

const NAME_WIDTH = 22

/** One row: verdict, name, what came, what was expected. */
export function attackLine({ name, what, expected, got, verdict, note }: AttackResult, paint: Paint): string {
  const [word, colour] = WORDS[verdict]
  const answer = String(got ?? '-').padStart(3)
  const second = note === undefined ? '' : `\n${' '.repeat(NAME_WIDTH + 26)}${paint(colour, note)}`
  return `  ${paint(colour, word.padEnd(4))}  ${name.padEnd(NAME_WIDTH)} ${answer}  ${paint('dim', expected.padEnd(9))}  ${what}${second}`
}

/** The head of the table. */
export function attackHead(paint: Paint): string {
  return paint('dim', `        ${'attack'.padEnd(NAME_WIDTH)} got  expected   what is sent`)
}

/** What it comes to. */
export function attackSummary({ path, results, failed }: AttackReport, paint: Paint): string {
  const total = `${results.length} requests for ${path}`
  if (failed === 0) return paint('green', `${total}: no attack was accepted, no outage was blamed on the user.`)
  return paint('red', `${total}: ${failed} failed.`)
}
