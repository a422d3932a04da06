/**
 * Finds the nearest known name (Levenshtein): an unknown option must not silently open or close an app.
 *
 * @module
 */

/** Edit distance (Levenshtein), without regard to letter case or underscores. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, left] of [...a].entries()) {
    const row = [i + 1]
    for (const [j, right] of [...b].entries()) {
      row.push(Math.min((row[j] ?? 0) + 1, (previous[j + 1] ?? 0) + 1, (previous[j] ?? 0) + (left === right ? 0 : 1)))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

/** As many edits make a typo of a known name; more make another word. */
const TYPO_EDITS = 3

/**
 * An unknown name as a message may tell it: what does not look like a name may be a value in the wrong place.
 *
 * @param known Where it is one of a secret, only these and typos of them are told.
 */
export function nameForPeople(name: string, known?: readonly string[]): string {
  if (!/^[\w.-]{1,64}$/.test(name)) return '(not told here: it does not look like a name)'
  if (known !== undefined && !known.some((one) => distance(plain(name), plain(one)) <= TYPO_EDITS)) {
    return '(not told here: it is one of a secret)'
  }
  return `"${name}"`
}

/** The known name nearest to `name`; always one, so that the sentence can end with a question. */
export function nearest(name: string, known: readonly string[]): string {
  // A long garbage name costs the square of its length; nothing known is this long.
  const wanted = plain(name.slice(0, 64))
  let best = known[0] ?? ''
  let least = Infinity
  for (const candidate of known) {
    const edits = distance(wanted, plain(candidate))
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}
