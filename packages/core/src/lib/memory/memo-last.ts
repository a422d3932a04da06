/**
 * Remembers the last answer of a function.
 *
 * @module
 */

/**
 * The same function, which is not asked again for what it was asked last. Only answers are remembered: where it throws, the
 * one before stays. For functions of one argument that give the same for the same, and give nothing that is changed later.
 */
export function memoLast<Argument, Answer>(ask: (argument: Argument) => Answer): (argument: Argument) => Answer {
  let last: { readonly argument: Argument; readonly answer: Answer } | undefined
  return (argument) => {
    if (last === undefined || last.argument !== argument) last = { argument, answer: ask(argument) }
    return last.answer
  }
}
