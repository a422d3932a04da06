/**
 * Apps that do not answer: what is said about it, to the client each time and on stderr once.
 *
 * @module
 */

import type { Refusal } from './refusal.js'

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message)

/** What went wrong with a target, in a sentence. */
function sentenceOf(target: string, code: string): string {
  if (code === 'ECONNRESET') return `${target} hung up before it had answered (${code})`
  if (code.startsWith('HPE_')) return `What ${target} answers is no HTTP, or has over 32 K of headers (${code})`
  return `Nothing answers at ${target} (${code})`
}

/** Remembers which targets are out. */
export class Outages {
  readonly #timeoutSeconds: number
  readonly #out = new Set<string>()

  /** @param timeoutSeconds how long a target may take. */
  constructor(timeoutSeconds: number) {
    this.#timeoutSeconds = timeoutSeconds
  }

  /** A target failed. @param isLate whether that was because it took too long. @returns what to answer. */
  failed(target: string, error: Error, isLate: boolean): Refusal {
    const sentence = isLate
      ? `${target} has not answered within ${this.#timeoutSeconds} seconds`
      : sentenceOf(target, codeOf(error))
    if (!this.#out.has(target)) console.error(`local-alb: ${sentence}`)
    this.#out.add(target)
    return { status: isLate ? 504 : 502, title: isLate ? '504 Gateway Time-out' : '502 Bad Gateway', sentence }
  }

  /** A target answered: what happens to it next is news again. */
  answered(target: string): void {
    this.#out.delete(target)
  }
}
