/**
 * Holds a response back until the guard was asked: a path that leads to a handler may also lead to a file, which is
 * served before the handler is reached (`@Get(':page')` beside static files).
 *
 * @module
 */

import type { ServerResponse } from 'node:http'

/** How to let the response to a request go. */
const held = new WeakMap<object, () => void>()

/** The guard was asked about a request: what is answered is a matter of the handler, or of filters. */
export function release(request: object): void {
  held.get(request)?.()
  held.delete(request)
}

/** Node calls it when the data is gone. */
function callBack(given: readonly unknown[]): void {
  const callback = given.at(-1)
  if (typeof callback === 'function') process.nextTick(callback as () => void)
}

/**
 * Holds a response back: where it is begun before {@link release}, `refuse` is called in its place, once, and what is
 * written is dropped.
 */
export function hold(request: object, response: ServerResponse, refuse: () => void): void {
  let state: 'held' | 'released' | 'refused' = 'held'
  const guarded = <Name extends 'writeHead' | 'write' | 'end' | 'flushHeaders'>(name: Name, dropped: unknown): void => {
    const native = response[name] as (...given: unknown[]) => unknown
    const replaced = (...given: unknown[]): unknown => {
      if (state === 'released') return native.apply(response, given)
      if (state === 'held') {
        state = 'released'
        refuse()
        state = 'refused'
      }
      callBack(given)
      return dropped
    }
    Object.defineProperty(response, name, { value: replaced, configurable: true, writable: true })
  }
  guarded('writeHead', response)
  guarded('write', true)
  guarded('end', response)
  guarded('flushHeaders', undefined)
  held.set(request, () => {
    if (state === 'held') state = 'released'
  })
}
