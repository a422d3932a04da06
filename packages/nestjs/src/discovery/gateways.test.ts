import 'reflect-metadata'
import { expect, test } from 'vitest'
import { markDemand, markMode } from '../access/access.js'
import { handshakeAccess, isMessageHandler } from './gateways.js'

const decorators = {
  public: markMode('public'),
  optional: markMode('optional'),
  admin: markDemand({ kind: 'admin' }),
} as const
type Says = keyof typeof decorators | 'nothing'

/** A gateway with a handler for each that is given, and a method that Nest calls for no message. */
function gateway(onClass: Says, onHandlers: readonly Says[], onMethod: Says = 'nothing'): { new (): object } {
  class Gateway {
    handleConnection(): void {}
  }
  const { prototype } = Gateway
  const say = (what: Says, name: string): void => {
    if (what !== 'nothing') decorators[what](prototype, name, Object.getOwnPropertyDescriptor(prototype, name) ?? {})
  }
  for (const [at, what] of onHandlers.entries()) {
    const value = (): void => undefined
    Reflect.defineMetadata('websockets:message_mapping', true, value)
    Object.defineProperty(prototype, `handler${at}`, { value, configurable: true, writable: true })
    say(what, `handler${at}`)
  }
  say(onMethod, 'handleConnection')
  if (onClass !== 'nothing') decorators[onClass](Gateway)
  return Gateway
}

test.each([
  { onClass: 'nothing', onHandlers: [], asks: undefined },
  { onClass: 'nothing', onHandlers: ['admin'], asks: undefined },
  { onClass: 'nothing', onHandlers: ['public'], asks: undefined },
  { onClass: 'public', onHandlers: ['admin'], asks: 'public' },
  { onClass: 'admin', onHandlers: [], asks: 'required' },
  { onClass: 'admin', onHandlers: ['nothing', 'admin'], asks: 'required' },
  { onClass: 'admin', onHandlers: ['nothing', 'optional'], asks: 'optional' },
  { onClass: 'admin', onHandlers: ['optional', 'public'], asks: 'public' },
  { onClass: 'admin', onHandlers: ['public', 'optional'], asks: 'public' },
  { onClass: 'optional', onHandlers: ['nothing'], asks: 'optional' },
  { onClass: 'optional', onHandlers: ['admin'], asks: 'optional' },
  { onClass: 'optional', onHandlers: ['public'], asks: 'public' },
] as const)('a connection to $onClass with handlers $onHandlers is asked: $asks', ({ onClass, onHandlers, asks }) => {
  expect(handshakeAccess(gateway(onClass, onHandlers))?.mode).toBe(asks)
})

test('a method that is no handler opens no connection', () => {
  expect(handshakeAccess(gateway('admin', [], 'public'))).toEqual({ mode: 'required', demands: [{ kind: 'admin' }] })
})

test('a handler is what Nest marked as one', () => {
  const marked = (): void => undefined
  Reflect.defineMetadata('websockets:message_mapping', true, marked)
  const other = (): void => undefined
  Reflect.defineMetadata('websockets:message_mapping', 'true', other)
  expect([marked, other, (): void => undefined].map(isMessageHandler)).toEqual([true, false, false])
})
