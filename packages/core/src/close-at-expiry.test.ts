import { EventEmitter } from 'node:events'
import { Server } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ClosableSocket, closeAtExpiry, createMockUser, type Expirable, type User } from './index.js'

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

/** Socket.IO's, on the server. */
class IoSocket extends EventEmitter {
  readonly ended: unknown[] = []

  disconnect(close?: boolean): this {
    this.ended.push(close)
    this.emit('disconnect')
    return this
  }
}

/** A `ServerResponse`, and what else is written to. */
class Stream extends EventEmitter {
  isDestroyed = false

  write(): boolean {
    return true
  }

  end(): this {
    return this
  }

  destroy(): this {
    this.isDestroyed = true
    this.emit('close')
    return this
  }
}

test('disconnects a socket of Socket.IO, with the connection below it', () => {
  const socket = new IoSocket()
  closeAtExpiry(socket, userUntil(60_000))
  vi.advanceTimersByTime(59_999)
  expect(socket.ended).toEqual([])
  vi.advanceTimersByTime(1)
  expect(socket.ended).toEqual([true])
  expect(vi.getTimerCount()).toBe(0)
})

test('takes an object of the app for a socket by its one method', () => {
  const [close, disconnect] = [vi.fn<() => void>(), vi.fn<() => void>()]
  closeAtExpiry({ close }, userUntil(60_000))
  closeAtExpiry(Object.assign(new EventEmitter(), { disconnect }), userUntil(60_000))
  vi.advanceTimersByTime(60_000)
  expect([close.mock.calls, disconnect.mock.calls]).toEqual([[[4401, 'expired']], [[true]]])
})

test('destroys a stream, and one of HTTP/2 whose close() is another', () => {
  const [stream, http2] = [new Stream(), Object.assign(new Stream(), { close: vi.fn<() => void>() })]
  for (const one of [stream, http2]) closeAtExpiry(one, userUntil(60_000))
  vi.advanceTimersByTime(60_000)
  expect([stream.isDestroyed, http2.isDestroyed]).toEqual([true, true])
  expect(http2.close).not.toHaveBeenCalled()
})

test('aborts an AbortController, with an error that says why', () => {
  const controller = new AbortController()
  closeAtExpiry(controller, userUntil(60_000))
  vi.advanceTimersByTime(60_000)
  expect(controller.signal.reason).toMatchObject({ code: 'expired_token' })
})

test.each<[string, () => Expirable, (one: never) => void]>([
  ['a socket of Socket.IO', () => new IoSocket(), (one: IoSocket) => one.emit('disconnect')],
  ['a stream', () => new Stream(), (one: Stream) => one.emit('close')],
  ['an AbortController', () => new AbortController(), (one: AbortController) => one.abort()],
])('leaves no timer behind %s that ended', (_, make, end) => {
  const one = make()
  closeAtExpiry(one, userUntil(60_000))
  end(one as never)
  expect(vi.getTimerCount()).toBe(0)
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a server', new Server()],
  ['a server of Socket.IO', { close: () => undefined, listen: () => undefined, disconnect: () => undefined }],
  ['an emitter', new EventEmitter()],
  ['a request', new Readable()],
  ['a signal', new AbortController().signal],
  ['a context of Koa', { req: {}, res: new Stream() }],
  ['a reply of Fastify', { raw: new Stream(), send: () => undefined }],
  ['something whose close is no function', { close: true, destroy: true }],
])('refuses %s at once, for users without an expiry too', (_, target) => {
  for (const user of [userUntil(60_000), createMockUser()]) {
    expect(() => closeAtExpiry(target as Expirable, user)).toThrow(
      /^closeAtExpiry\(\) takes a WebSocket, a socket of Socket/,
    )
  }
  expect(vi.getTimerCount()).toBe(0)
})

test.each([undefined, null, {}, { expiresAt: '2026-01-01' }])('refuses %j as a user at once', (user) => {
  expect(() => closeAtExpiry(new Socket(), user as unknown as User)).toThrow(/takes a User as its second argument/)
})

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new TypeError('of the test')
    },
  ],
  ['gives a promise that is rejected', async () => await Promise.reject(new TypeError('of the test'))],
])('a socket whose close() %s is a warning, and is terminated all the same', async (_, close) => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const terminate = vi.fn<() => void>()
  closeAtExpiry({ close, terminate } as ClosableSocket, userUntil(60_000))
  await vi.advanceTimersByTimeAsync(62_000)
  expect(terminate).toHaveBeenCalledOnce()
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    'A connection could not be ended when its access token expired (TypeError)',
    { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_CLOSE' },
  )
  warn.mockRestore()
})
