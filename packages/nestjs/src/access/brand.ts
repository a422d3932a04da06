/**
 * What marks a guard as ours.
 *
 * @module
 */

/** Registered, so that both builds of this package in one process know each other's: `instanceof` knows one of them. */
const OUR_GUARD = Symbol.for('cognito-auth:nestjs-guard')

/** Marks the class of a guard, and all that extend it, as ours. */
export function markAsOurGuard(type: { readonly prototype: object }): void {
  Object.defineProperty(type.prototype, OUR_GUARD, { value: true })
}

/** Whether an entry of `@UseGuards` is our guard: its class, one that extends it, or an instance. */
export function isOurGuard(guard: unknown): boolean {
  const marked: unknown = typeof guard === 'function' ? guard.prototype : guard
  return typeof marked === 'object' && marked !== null && OUR_GUARD in marked
}
