/**
 * Finds the nearest known name (Levenshtein distance).
 *
 * @module
 */

/** Edit distance (Levenshtein). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, left] of [...a].entries()) {
    const row = [i + 1]
    for (const [j, right] of [...b].entries())
      row.push(Math.min((row[j] ?? 0) + 1, (previous[j + 1] ?? 0) + 1, (previous[j] ?? 0) + (left === right ? 0 : 1)))
    previous = row
  }
  return previous[b.length] ?? 0
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

/** The known name nearest to `name`; always one, so that a sentence can end with a question. */
export function nearest(name: string, known: readonly string[]): string {
  // A long garbage name costs the square of its length; nothing known is this long.
  const wanted = plain(name.slice(0, 64))
  const edits = known.map((candidate) => distance(wanted, plain(candidate)))
  return known[edits.indexOf(Math.min(...edits))] ?? ''
}
