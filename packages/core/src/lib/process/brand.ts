/**
 * Classes that know the instances of other copies of this package: `instanceof` by a brand.
 *
 * @module
 */

/** A class, abstract ones too. */
type Class = abstract new (...args: never[]) => object

/**
 * Lets `instanceof` of a class go by a registered symbol on its prototype, so that it holds for instances of the ES module
 * and CommonJS builds alike. A class that an app derives from it is asked in the usual way. Call it in a static block.
 *
 * @param name Of the class, the same in each copy.
 */
export function brand(target: Class, name: string): void {
  const mark = Symbol.for(`@cognito-auth/core/${name}`)
  Object.defineProperty(target.prototype, mark, { value: true })
  Object.defineProperty(target, Symbol.hasInstance, {
    value(this: unknown, given: unknown): boolean {
      if (this !== target) return Function.prototype[Symbol.hasInstance].call(this as typeof target, given)
      return typeof given === 'object' && given !== null && (given as { readonly [mark]?: unknown })[mark] === true
    },
  })
}
