/**
 * Case-insensitive comparison of e-mail addresses and domains, after Unicode normalisation (NFC).
 *
 * @module
 */

/** Whether all is printable ASCII, which has one form only. */
function isPlain(text: string): boolean {
  return !/[^ -~]/.test(text)
}

const isOneCharacter = (text: string): boolean => [...text].length === 1

/**
 * Whether folding makes another letter of this character: the Kelvin, ångström and ohm signs (U+212A, U+212B, U+2126)
 * become k, å and ω, and the dotted capital I (U+0130) an i with a mark.
 *
 * Told by Unicode rather than by a list: its NFC is another character, or its lower case is several, or that of another
 * capital.
 */
function isSetAside(character: string): boolean {
  const composed = character.normalize('NFC')
  if (composed !== character && isOneCharacter(composed)) return true
  const lower = character.toLowerCase()
  if (lower === character) return false
  const upper = lower.toUpperCase()
  return !isOneCharacter(lower) || (isOneCharacter(upper) && upper !== character)
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/**
 * A string in lower case and NFC, to be compared with another. A character that folding would make another letter of stays
 * what it is: `\u212Aevin@example.com` is not `kevin@example.com`, and must not be allowed as him.
 */
export function caseless(text: string): string {
  if (isPlain(text)) return text.toLowerCase()
  let folded = ''
  let rest = ''
  for (const character of text) {
    if (isSetAside(character)) {
      folded += fold(rest) + character
      rest = ''
    } else {
      rest += character
    }
  }
  return folded + fold(rest)
}
