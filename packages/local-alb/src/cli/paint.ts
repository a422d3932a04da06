/**
 * Colours for a terminal, and for nothing else.
 *
 * @module
 */

import { styleText } from 'node:util'
import type { Paint } from '../attack/report.js'

/** What a stream can show. */
interface Stream {
  readonly isTTY?: boolean
}

/** Whether colours are wanted there: never in files and pipes, nor with `NO_COLOR` (https://no-color.org). */
function hasColours({ isTTY = false }: Stream): boolean {
  return isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

/** Paints words for a stream. */
export function paintFor(stream: Stream): Paint {
  return hasColours(stream) ? (colour, text) => styleText(colour, text) : (_colour, text) => text
}
