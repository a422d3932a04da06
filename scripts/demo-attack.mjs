/** Plays `local-alb --attack` against the example apps, each behind its own load balancer: nothing may be accepted. */

/**
 * @param {readonly { name: string, alb: import('../packages/local-alb/dist/index.mjs').LocalAlb }[]} running
 * @returns {Promise<{ app: string, attacks: string, passed: string, 'not passed': string, ok: boolean }[]>}
 */
export async function attackAll(running) {
  // At once: most of an attack is waiting for key endpoints that are made to be slow.
  return await Promise.all(running.map(attack))
}

async function attack({ name, alb }) {
  try {
    const { results, passed } = await alb.attack({ user: 'ada@example.com' })
    // A note is no failure elsewhere; of these packages nothing is to be remarked.
    const rest = results.filter(({ verdict }) => verdict !== 'pass')
    const failures = rest.map((result) => `${result.name} (${result.got ?? '-'})`).join(', ')
    return { ...rowOf(name, results.length, passed), 'not passed': failures, ok: rest.length === 0 }
  } catch (error) {
    // An app that does not answer good requests either: the others are attacked all the same.
    if (error?.name !== 'LocalAlbError') throw error
    return { ...rowOf(name, 0, 0), 'not passed': error.message, ok: false }
  }
}

function rowOf(app, attacks, passed) {
  return { app, attacks: String(attacks), passed: String(passed) }
}
