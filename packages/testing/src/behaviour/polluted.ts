/**
 * What an app's own mistake may have done before an adapter is made.
 *
 * @module
 */

/**
 * Makes something while `Object.prototype` has these members: one JSON body can write them in an app that merges what it is sent
 * (CWE-1321). Nothing of them may open anything.
 */
export function polluted<Made>(members: Readonly<Record<string, unknown>>, make: () => Made): Made {
  const prototype = Object.prototype as Record<string, unknown>
  const names = Object.keys(members)
  for (const name of names) prototype[name] = members[name]
  try {
    return make()
  } finally {
    for (const name of names) delete prototype[name]
  }
}
