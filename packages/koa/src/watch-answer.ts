/**
 * Whether a hook answers.
 *
 * @module
 */

import type { Context } from 'koa'

/** Watches for an answer: a status or a body is set, to whatever value, or the response is taken out of Koa's hands. */
export function watchAnswer(ctx: Context): () => boolean {
  let hasAnswered = false
  const { response } = ctx
  const inherited = Object.getPrototypeOf(response) as object
  for (const name of ['status', 'body']) {
    Object.defineProperty(response, name, {
      configurable: true,
      get: () => Reflect.get(inherited, name, response) as unknown,
      set(value: unknown) {
        hasAnswered = true
        Reflect.set(inherited, name, value, response)
      },
    })
  }
  return () => hasAnswered || ctx.respond === false || ctx.headerSent
}
