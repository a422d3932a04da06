/**
 * What is asked for a handler, all levels together: itself, its class, and the classes that this one extends.
 *
 * The nearest level wins between open and protected. Demands of all levels up to the nearest open one add up: a class
 * for `staff` with a handler for admins needs both.
 *
 * @module
 */

import { type Access, methodAccess, ownAccess } from './access.js'

/** A class with decorators on it. */
export interface Decorated {
  readonly name: string
  readonly prototype: object
}

/** A class and those that it extends, nearest first. */
export function classesOf(type: object): Decorated[] {
  const classes: Decorated[] = []
  for (let one: unknown = type; typeof one === 'function' && one !== Function.prototype;) {
    classes.push(one as Decorated & typeof one)
    one = Object.getPrototypeOf(one)
  }
  return classes
}

/** The function that a class itself declares under a name. */
export function ownMethod({ prototype }: Decorated, key: string): object | undefined {
  // Some functions that count as classes have no prototype: arrow functions, bound ones.
  const value: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, key)?.value
  return typeof value === 'function' ? value : undefined
}

/** The methods of a class by name, those that it inherits and does not override included. */
export function methodsOf(type: object): ReadonlyMap<string, object> {
  const methods = new Map<string, object>()
  for (const one of classesOf(type)) {
    for (const name of Object.getOwnPropertyNames(one.prototype ?? {})) {
      const method = ownMethod(one, name)
      // Nearest first: what a class overrides is no method of it.
      if (method !== undefined && name !== 'constructor' && !methods.has(name)) methods.set(name, method)
    }
  }
  return methods
}

function combine(levels: readonly (Access | undefined)[]): Access | undefined {
  const stated = levels.filter((access) => access !== undefined)
  const open = stated.findIndex((access) => access.mode !== 'required')
  if (open === 0 || stated.length === 0) return stated[0]
  const counting = open === -1 ? stated : stated.slice(0, open)
  return { mode: 'required', demands: counting.flatMap((access) => access.demands) }
}

/** What asks is inherited; what opens counts in the class that says it. */
function asking(access: Access | undefined): Access | undefined {
  return access?.mode === 'required' ? access : undefined
}

/** Whether a class itself declares a handler. */
function declares(type: Decorated, handler: object): boolean {
  return Object.getOwnPropertyNames(type.prototype ?? {}).some((name) => ownMethod(type, name) === handler)
}

/**
 * The class that declares a handler. An instance may have a function of its own in the place of a method: its name is
 * all that is known then, and where no class of several declares that name, none opens it.
 */
function declaringClass(classes: readonly Decorated[], handler: object): Decorated | undefined {
  const { name } = handler as { readonly name?: unknown }
  return (
    classes.find((one) => declares(one, handler)) ??
    classes.find((one) => typeof name === 'string' && ownMethod(one, name) !== undefined) ??
    (classes.length === 1 ? classes[0] : undefined)
  )
}

/**
 * What is asked for a handler of a class. `@Public()` and `@OptionalAuth()` on a class count for the handlers that this
 * class itself declares: neither a class that extends it nor one that it extends is opened by a line in another file.
 *
 * @returns `undefined` where no level says anything.
 */
export function handlerAccess(handler: object, type: object): Access | undefined {
  const classes = classesOf(type)
  const declaring = declaringClass(classes, handler)
  const levels = classes.map((one) => (one === declaring ? ownAccess(one) : asking(ownAccess(one))))
  return combine([methodAccess(handler), ...levels])
}

/**
 * What a class asks, for what is no handler: the handshake of a gateway. `@Public()` of a class that it extends does not
 * count.
 *
 * @returns `undefined` where it, and what it extends, says nothing.
 */
export function classAccess(type: object): Access | undefined {
  const [own, ...others] = classesOf(type).map(ownAccess)
  return combine([own, ...others.map(asking)])
}
