/**
 * What is known at once is not waited for.
 *
 * @module
 */

/**
 * Goes on with a value: at once where it is there, else when its promise is settled. An `await` of what is no promise is a
 * measurable share of what a remembered token costs.
 */
export function goOn<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value)
}
