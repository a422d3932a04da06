/**
 * Finds the gateways that a guard protects, and protects their handshakes: Nest asks guards for messages only, and a
 * connection that sends none would still hear all broadcasts.
 *
 * @module
 */

import { ConfigurationError, type User } from '@cognito-auth/core'
import { problemHeaders } from '@cognito-auth/core/adapter'
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core'
import { type Access, ownAccess, REQUIRED } from '../access/access.js'
import { classAccess, type Decorated, handlerAccess, methodsOf } from '../access/stated.js'
import { checkBindings, gatewayClassOf, type Module, ourGuardsOn } from './bindings.js'
import { hasGlobalGuard } from './global-guard.js'
import type { Carrier } from '../transports/request-of.js'
import { watchHandshakes } from '../transports/handshake.js'

/** Nest's `MESSAGE_MAPPING_METADATA`. `@nestjs/websockets` is optional, this is in all majors. */
const IS_MESSAGE = 'websockets:message_mapping'

/** What a guard does for gateways. */
export interface HandshakeGuard {
  /** Allows a handshake, or throws. `null` for an anonymous one, where the gateway is optional. */
  admitHandshake(carrier: Carrier, access: Access): Promise<User | null>
  /** Headers that go with a refusal. */
  handshakeHeaders(error: unknown): Record<string, string>
}

/** A gateway of the app. */
export interface Gateway {
  readonly module: Module
  readonly instance: { afterInit?: (server: unknown) => unknown }
  readonly type: Decorated
}

/** Gateways whose server will be watched. */
const watched = new WeakSet<object>()

/** All gateways of an app. */
export function gatewaysOf(modules: ModulesContainer): Gateway[] {
  return [...modules.values()].flatMap((module) =>
    [...module.providers.values()].flatMap((wrapper) => {
      const type = gatewayClassOf(wrapper)
      const instance: unknown = wrapper.instance
      if (type === undefined || typeof instance !== 'object' || instance === null) return []
      return [{ module, instance: instance as Gateway['instance'], type }]
    }),
  )
}

/** Whether Nest calls a method for a message, and asks its guards first. */
export function isMessageHandler(method: object): boolean {
  return Reflect.getMetadata(IS_MESSAGE, method) === true
}

function handlersOf(type: Decorated): object[] {
  return [...methodsOf(type).values()].filter(isMessageHandler)
}

/** What a gateway asks of connections: what its class asks, unless a handler of it is open to more. */
export function handshakeAccess(type: Decorated): Access | undefined {
  const ofClass = classAccess(type)
  if (ofClass === undefined || ofClass.mode === 'public') return ofClass
  const ofHandlers = handlersOf(type).map((handler) => handlerAccess(handler, type))
  return (
    ['public', 'optional']
      .map((mode) => ofHandlers.find((access) => access?.mode === mode))
      .reduce((widest, access) => widest ?? access, undefined) ?? ofClass
  )
}

/** Whether the guard protects the gateway, or a handler of it. */
function isGuarded({ type }: Gateway): boolean {
  return classAccess(type) !== undefined || handlersOf(type).some((handler) => ownAccess(handler) !== undefined)
}

/** Whether everybody may connect and send every message: nothing of it is to be protected. */
function isOpen({ type }: Gateway): boolean {
  const levels = [classAccess(type), ...handlersOf(type).map(ownAccess)]
  return ourGuardsOn(type).length === 0 && levels.every((access) => access === undefined || access.mode === 'public')
}

/** In the place of a guard that Nest did not make: the app is about to not start, but a server may be open by now. */
const NOBODY: HandshakeGuard = {
  admitHandshake: async () => {
    throw new ConfigurationError('Nest would not ask the guard of this gateway')
  },
  handshakeHeaders: (error) => problemHeaders(error),
}

/**
 * The guard that Nest asks for the gateway's messages. In a test it may be another than ours, which knows nothing of
 * handshakes; and a public gateway has none: `undefined`.
 */
function guardOf({ module, type }: Gateway): HandshakeGuard | undefined {
  const entries = ourGuardsOn(type)
  const made = entries
    .map((entry) => (typeof entry === 'function' ? module.injectables.get(entry)?.instance : entry) as unknown)
    .filter((guard) => guard !== undefined && guard !== null) as Partial<HandshakeGuard>[]
  if (entries.length > 0 && made.length === 0) return NOBODY
  return made.find((guard): guard is HandshakeGuard => typeof guard.admitHandshake === 'function')
}

/** Watches the handshakes of a gateway as soon as it has a server. */
function watch(gateway: Gateway): void {
  const { instance, type } = gateway
  const { afterInit } = instance
  const value = (server: unknown): unknown => {
    const stated = handshakeAccess(type)
    const guard = guardOf(gateway)
    const isRequired = guard === NOBODY || (stated !== undefined && stated.mode !== 'public')
    const access = stated !== undefined && stated.mode !== 'public' ? stated : REQUIRED
    if (guard !== undefined) {
      const admit = async (carrier: Carrier): Promise<User | null> => await guard.admitHandshake(carrier, access)
      watchHandshakes(server, { isRequired, admit, headersOf: (error) => guard.handshakeHeaders(error) })
    }
    return afterInit?.call(instance, server)
  }
  Object.defineProperty(instance, 'afterInit', { value, configurable: true, writable: true })
}

/**
 * Has the handshakes of the gateways verified that `@UseGuards(CognitoAuthGuard)` is on.
 *
 * Called from the guard's constructor: Nest has made the gateways of its module by then, and not opened them yet.
 */
export function protectGateways(modules: ModulesContainer): void {
  for (const gateway of gatewaysOf(modules)) {
    if (watched.has(gateway.instance) || !isGuarded(gateway)) continue
    watch(gateway)
    watched.add(gateway.instance)
  }
}

/** What Nest keeps of the apps whose servers are not open yet, and which asks again. */
const waiting = new WeakSet<ApplicationConfig>()

/**
 * Calls {@link protectGateways} once more just before Nest opens the first server, when it asks for the adapter. A guard
 * that was made by hand brings none into its gateway's module: a gateway that waits for something, such as a database, is
 * made after all that Nest makes elsewhere.
 */
export function protectBeforeOpening(modules: ModulesContainer, config: ApplicationConfig): void {
  if (waiting.has(config)) return
  waiting.add(config)
  const value = (): ReturnType<ApplicationConfig['getIoAdapter']> => {
    // Once: Nest asks again for each connection.
    Reflect.deleteProperty(config, 'getIoAdapter')
    protectGateways(modules)
    return config.getIoAdapter()
  }
  Object.defineProperty(config, 'getIoAdapter', { value, configurable: true })
}

/**
 * Makes sure that no gateway was missed, by us or by Nest. One that is open to everybody needs nothing.
 *
 * @throws {ConfigurationError} naming one that was.
 */
export function checkGateways(modules: ModulesContainer): void {
  checkBindings(modules)
  if (hasGlobalGuard(modules)) checkAllGateways(modules)
  const missed = gatewaysOf(modules).find((one) => !watched.has(one.instance) && isGuarded(one) && !isOpen(one))
  if (missed === undefined) return
  throw new ConfigurationError(
    `The handshake of ${missed.type.name} cannot be protected: Nest opened it before a guard knew of it. Put @UseGuards(CognitoAuthGuard) on it, the class and not a guard made by hand`,
  )
}

/**
 * With a guard for the whole app: makes sure that the class of each gateway says what it asks. Nest 10 and 11 do not ask
 * global guards for gateways at all, and no major asks them at the handshake.
 *
 * @throws {ConfigurationError} naming a gateway whose class says nothing.
 */
export function checkAllGateways(modules: ModulesContainer): void {
  refuseSilent(gatewaysOf(modules).find(({ type }) => classAccess(type) === undefined))
}

/**
 * With the module, whatever guard there is: a guard of the app's own may ask ours, and none is seen that is made by hand.
 *
 * @throws {ConfigurationError} naming a gateway that says nothing, neither on its class nor on a handler.
 */
export function checkSilentGateways(modules: ModulesContainer): void {
  refuseSilent(gatewaysOf(modules).find((gateway) => !isGuarded(gateway)))
}

function refuseSilent(silent: Gateway | undefined): void {
  if (silent === undefined) return
  throw new ConfigurationError(
    `Nest's global guards do not protect the handshake of gateways: put @UseGuards(CognitoAuthGuard) on ${silent.type.name}, or @Public() if everybody may connect`,
  )
}
