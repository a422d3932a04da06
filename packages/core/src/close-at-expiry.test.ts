import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closeAtExpiry, createMockUser } from './index.js'

class Socket extends EventEmitter {
  readonly closed: (readonly [number | undefined, string | undefined])[] = []

  close(code?: number, reason?: string): void {
    this.closed.push([code, reason])
    this.emit('close')
  }
}

const DAY = 86_400_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const userUntil = (ms: number) => createMockUser({ expiresAt: new Date(Date.now() + ms) })

test('closes with 4401 when the access token expires, and not before', () => {
  const socket = new Socket()
  closeAtExpiry(socket, userUntil(60_000))
  vi.advanceTimersByTime(59_999)
  expect(socket.closed).toEqual([])
  vi.advanceTimersByTime(1)
  expect(socket.closed).toEqual([[4401, 'expired']])
})

test('closes at once when it has expired already', () => {
  const socket = new Socket()
  closeAtExpiry(socket, userUntil(-1))
  expect(socket.closed).toHaveLength(1)
})

test('waits longer than one timer can', () => {
  const socket = new Socket()
  closeAtExpiry(socket, userUntil(40 * DAY))
  vi.advanceTimersByTime(40 * DAY - 1)
  expect(socket.closed).toEqual([])
  vi.advanceTimersByTime(1)
  expect(socket.closed).toHaveLength(1)
})

test('leaves no timer behind a socket that closed, or when called off', () => {
  const socket = new Socket()
  closeAtExpiry(socket, userUntil(60_000))
  socket.emit('close')
  expect(vi.getTimerCount()).toBe(0)
  closeAtExpiry(new Socket(), userUntil(60_000))()
  expect(vi.getTimerCount()).toBe(0)
})

/** As `ws`, with another side that does not answer the close. */
class DeafSocket extends EventEmitter {
  readonly ended: string[] = []

  close(): void {
    this.ended.push('close')
  }

  terminate(): void {
    this.ended.push('terminate')
    this.emit('close')
  }
}

test.each([60_000, -1])('terminates a socket whose other side goes on, 2 s later, where %i ms were left', (left) => {
  const socket = new DeafSocket()
  closeAtExpiry(socket, userUntil(left))
  vi.advanceTimersByTime(Math.max(left, 0) + 1_999)
  expect(socket.ended).toEqual(['close'])
  vi.advanceTimersByTime(1)
  expect(socket.ended).toEqual(['close', 'terminate'])
  expect(vi.getTimerCount()).toBe(0)
})

test('does not terminate a socket that has closed', () => {
  const socket = new DeafSocket()
  closeAtExpiry(socket, userUntil(0))
  socket.emit('close')
  expect(vi.getTimerCount()).toBe(0)
})

test('does nothing for a user without an expiry', () => {
  closeAtExpiry(new Socket(), createMockUser())
  expect(vi.getTimerCount()).toBe(0)
})
