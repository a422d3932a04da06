import { expect, test, vi } from 'vitest'
import * as first from './shared.js'

const { isFirst, shared } = first

async function secondCopy(): Promise<typeof first> {
  vi.resetModules()
  return await import('./shared.js')
}

test('all copies use what the first one made', async () => {
  const made = shared('test', () => ({ by: 'first' }))
  const other = await secondCopy()
  expect(other.shared).not.toBe(shared)
  expect(other.shared('test', () => ({ by: 'second' }))).toBe(made)
})

test('a polluted Object.prototype provides nothing', () => {
  const key = Symbol.for('@cognito-auth/core/polluted@1')
  const polluted = Object.prototype as unknown as Record<symbol, unknown>
  polluted[key] = { by: 'an attacker' }
  try {
    expect(shared('polluted', () => ({ by: 'us' }))).toEqual({ by: 'us' })
  } finally {
    delete polluted[key]
  }
})

test('what is shared cannot be replaced', () => {
  shared('fixed', () => ({}))
  expect(Reflect.set(globalThis, Symbol.for('@cognito-auth/core/fixed@1'), {})).toBe(false)
})

test('a warning is given once, whichever copy asks', async () => {
  expect([isFirst('test'), isFirst('test'), (await secondCopy()).isFirst('test')]).toEqual([true, false, false])
})
