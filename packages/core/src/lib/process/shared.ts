/**
 * What copies of this package in one process share: the ES module and CommonJS builds, or two installed copies.
 *
 * @module
 */

/** Version of what is shared: one that changes its shape gets another, so that copies which differ do not meet. */
const VERSION = 1

/**
 * A value that the first copy makes and all use. Not writable, and under a registered symbol: neither JSON nor a polluted
 * prototype can name it. In a sandbox with a global of its own (Jest, `node:vm`) it is that sandbox's.
 */
export function shared<Value extends object>(name: string, make: () => Value): Value {
  const key = Symbol.for(`@cognito-auth/core/${name}@${VERSION}`)
  if (!Object.hasOwn(globalThis, key)) Object.defineProperty(globalThis, key, { value: make() })
  return (globalThis as unknown as { readonly [key: symbol]: Value })[key] as Value
}

const done = shared('warned', () => new Set<string>())

/** Whether this is the first time in this process that `what` is asked: for warnings that are given once. */
export function isFirst(what: string): boolean {
  if (done.has(what)) return false
  done.add(what)
  return true
}
