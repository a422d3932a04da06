/**
 * A time limit that holds for work that ignores its signal too.
 *
 * @module
 */

/**
 * Runs `work`, aborting its signal and rejecting with `late()` when it takes longer than `ms` milliseconds.
 *
 * @throws {unknown} what `work` throws, or `late()`.
 */
export async function withTimeLimit<Result>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
  late: () => Error,
): Promise<Result> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late())
      controller.abort()
    }, ms)
  })
  try {
    return await Promise.race([work(controller.signal), limit])
  } finally {
    clearTimeout(timer)
  }
}
