/** Plays `local-alb --attack` against the example apps, each behind its own load balancer: nothing may be accepted. */

/**
 * @param {readonly { name: string, alb: import('../packages/local-alb/dist/index.mjs').LocalAlb }[]} running
 * @returns {Promise<{ app: string, requests: string, passed: string, failures: string, ok: boolean }[]>}
 */
export async function attackAll(running) {
  // At once: most of an attack is waiting for key endpoints that are made to be slow.
  return await Promise.all(
    running.map(async ({ name, alb }) => {
      const { results, passed } = await alb.attack({ user: 'ada@example.com' })
      // A note is no failure elsewhere; of these packages nothing is to be remarked.
      const rest = results.filter(({ verdict }) => verdict !== 'pass')
      return {
        app: name,
        attacks: String(results.length),
        passed: String(passed),
        'not passed': rest.map((result) => `${result.name} (${result.got ?? '-'})`).join(', '),
        ok: rest.length === 0,
      }
    }),
  )
}
