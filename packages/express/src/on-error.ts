/**
 * The app's own answer to a request that is refused, and what it must never do: go on to the handler (fail closed).
 *
 * @module
 */

import type { CognitoAuthError } from '@cognito-auth/core'
import { warnOnce } from '@cognito-auth/core/adapter'
import type { NextFunction, Request, Response } from 'express'

/**
 * Answers a request that is refused. Where it has begun no answer and not called `next(error)` by the time it
 * returns, or the promise that it returns is fulfilled, the usual answer is sent. `res.render()`, `res.sendFile()`,
 * `res.download()` and a stream piped to `res` count as begun; a hook that answers later in another way returns a promise.
 */
export type OnError = (
  error: CognitoAuthError | Error,
  req: Request,
  res: Response,
  next: (error: unknown) => void,
) => unknown

/** Watches for answers that leave no trace until they are sent: files, views, and streams that are piped. */
function watchAnswer(res: Response): () => boolean {
  let hasBegun = false
  res.once('pipe', () => {
    hasBegun = true
  })
  for (const name of ['render', 'sendFile'] as const) {
    const method = res[name] as (...given: unknown[]) => unknown
    Object.assign(res, {
      [name]: (...given: unknown[]): unknown => {
        const result = method.apply(res, given)
        // Afterwards: a method that throws, for a relative path or without a view engine, has begun nothing.
        hasBegun = true
        return result
      },
    })
  }
  return () => hasBegun
}

/**
 * Asks the hook for an answer.
 *
 * @returns The error that is left to be answered in the usual way, if one is.
 */
export async function askHook(
  onError: OnError,
  error: CognitoAuthError | Error,
  req: Request,
  res: Response,
  next: NextFunction,
): Promise<{ readonly error: unknown } | undefined> {
  const outerNext = req.next
  let isSettled = false
  const pass = (given?: unknown): void => {
    if (isSettled) return
    isSettled = true
    if (outerNext !== undefined) req.next = outerNext
    next(given instanceof Error ? given : error)
  }
  // res.sendFile() and others call it by themselves: for a folder without an error, which would let the request through.
  req.next = pass
  const isAnswering = watchAnswer(res)
  try {
    await onError(error, req, res, pass)
  } catch (cause) {
    const failure = new Error('onError failed', { cause })
    if (isSettled || isAnswering() || res.writableEnded) {
      warnOnce(failure, 'A request was answered already')
      return undefined
    }
    if (!res.headersSent) {
      isSettled = true
      return { error: failure }
    }
    pass(failure)
    return undefined
  }
  if (isSettled || isAnswering() || res.headersSent) return undefined
  isSettled = true
  return { error }
}
