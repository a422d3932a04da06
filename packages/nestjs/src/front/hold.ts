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

const METHODS = ['writeHead', 'write', 'end', 'flushHeaders'] as const

type Method = (...given: unknown[]) => unknown

function put(response: ServerResponse, name: string, value: unknown): void {
  Object.defineProperty(response, name, { value, configurable: true, writable: true })
}

/**
 * Answers with what middleware has put around the response since taken away: compression would end a stream that is still written to,
 * which ends the process; a session, which ends once, would never answer.
 */
function natively(response: ServerResponse, natives: ReadonlyMap<string, Method>, answer: () => void): void {
  const wrapped = METHODS.map((name) => [name, response[name]] as const)
  for (const [name, native] of natives) put(response, name, native)
  try {
    answer()
  } finally {
    for (const [name, wrapper] of wrapped) put(response, name, wrapper)
  }
}

/**
 * Holds a response back: where it is begun before {@link release}, `refuse` is called in its place, once, and what is
 * written is dropped.
 */
export function hold(request: object, response: ServerResponse, refuse: () => void): void {
  let state: 'held' | 'released' | 'refused' = 'held'
  const natives = new Map(METHODS.map((name) => [name, response[name] as Method]))
  const dropped = { writeHead: response, write: true, end: response, flushHeaders: undefined }
  for (const [name, native] of natives) {
    put(response, name, (...given: unknown[]): unknown => {
      if (state === 'released') return native.apply(response, given)
      if (state === 'held') {
        state = 'refused'
        natively(response, natives, refuse)
      }
      callBack(given)
      return dropped[name]
    })
  }
  held.set(request, () => {
    if (state === 'held') state = 'released'
  })
}
