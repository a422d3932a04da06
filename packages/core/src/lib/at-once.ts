/**
 * What is known at once is not waited for.
 *
 * @module
 */

/**
 * Whether a value is to be waited for. Not by `instanceof`: zone.js (Angular on a server) and polyfills put a class of their own in
 * the place of `Promise`, and async functions go on answering with the language's.
 */
export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * Goes on with a value: at once where it is there, else when its promise is settled. An `await` of what is no promise is a
 * measurable share of what a remembered token costs.
 */
export function goOn<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isPromise(value) ? value.then(next) : next(value)
}
