/**
 * Apps that do not answer: what is said about it, to the client each time and on stderr once.
 *
 * @module
 */

import type { Refusal } from '../refusals/refusal.js'

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message)

/** What went wrong with a target, in a sentence. */
function sentenceOf(target: string, code: string, hint: string): string {
  if (code === 'ECONNRESET') return `${target} hung up before it had answered (${code})`
  if (code.startsWith('HPE_')) return `What ${target} answers is no HTTP, or has over 32 K of headers (${code})`
  return `Nothing answers at ${target} (${code})${hint}`
}

/** What is said about a target that is out. */
export interface OutagesOptions {
  /** How long a target may take. */
  readonly timeoutSeconds: number
  /** What a person may have missed, where nothing answers. @default nothing */
  readonly hint?: string | undefined
}

/** Remembers which targets are out. */
export class Outages {
  readonly #timeoutSeconds: number
  readonly #hint: string
  readonly #out = new Set<string>()

  constructor({ timeoutSeconds, hint = '' }: OutagesOptions) {
    this.#timeoutSeconds = timeoutSeconds
    this.#hint = hint
  }

  /** A target failed. @param isLate whether that was because it took too long. @returns what to answer. */
  failed(target: string, error: Error, isLate: boolean): Refusal {
    const sentence = isLate
      ? `${target} has not answered within ${this.#timeoutSeconds} seconds`
      : sentenceOf(target, codeOf(error), this.#hint)
    if (!this.#out.has(target)) console.error(`local-alb: ${sentence}`)
    this.#out.add(target)
    return { status: isLate ? 504 : 502, title: isLate ? '504 Gateway Time-out' : '502 Bad Gateway', sentence }
  }

  /** A target answered: what happens to it next is news again. */
  answered(target: string): void {
    this.#out.delete(target)
  }
}
