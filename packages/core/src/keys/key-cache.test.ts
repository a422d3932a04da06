import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KeysUnavailableError } from '../errors.js'
import { KeyGoneError } from './fetch-text.js'
import { KeyCache } from './key-cache.js'

const start = 1_800_000_000_000
const HOUR = 3_600_000
const URL = 'https://keys.example/a'
let loads: number
let answer: () => Promise<string>

const at = (ms: number): void => void vi.setSystemTime(start + ms)
const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))
const gone = async (): Promise<string> => await Promise.reject(new KeyGoneError('HTTP 404'))
const away = async (): Promise<string> => await Promise.reject(new KeysUnavailableError('away'))

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  loads = 0
  answer = async () => await Promise.resolve(`value ${loads}`)
})

afterEach(() => {
  vi.useRealTimers()
})

function cache(budgeted = true): KeyCache<string> {
  const load = async (): Promise<string> => {
    loads += 1
    return await answer()
  }
  return new KeyCache({ source: 'alb', ttlSeconds: 3600, limit: 100, budgeted, load })
}

test('a value serves for its TTL, to the millisecond, and is refreshed in the background from 80 % on', async () => {
  const keys = cache()
  expect(keys.peek(URL)).toBeUndefined()
  expect(await keys.get(URL)).toBe('value 1')
  at(0.8 * HOUR - 1)
  expect(keys.peek(URL)).toBe('value 1')
  expect(keys.pending(URL)).toBeUndefined()
  at(0.8 * HOUR)
  expect(keys.peek(URL)).toBe('value 1')
  const pending = keys.pending(URL)
  expect(pending).toBeDefined()
  expect(await pending).toBe('value 2')
  expect(keys.peek(URL)).toBe('value 2')
  at(1.8 * HOUR - 1)
  answer = away
  expect(keys.peek(URL)).toBe('value 2')
  await settle()
  at(1.8 * HOUR)
  expect(keys.peek(URL)).toBeUndefined()
})

test('a refresh that fails is tried again after 10 s', async () => {
  const keys = cache()
  await keys.get(URL)
  answer = away
  at(0.9 * HOUR)
  keys.peek(URL)
  await settle()
  expect(loads).toBe(2)
  at(0.9 * HOUR + 9_999)
  keys.peek(URL)
  await settle()
  expect(loads).toBe(2)
  at(0.9 * HOUR + 10_000)
  keys.peek(URL)
  await settle()
  expect(loads).toBe(3)
})

test('an expired value serves up to 24 h while there is nothing better, waiting at most once in 10 s', async () => {
  const keys = cache()
  await keys.get(URL)
  answer = away
  at(2 * HOUR)
  expect(await keys.get(URL)).toBe('value 1')
  expect(await keys.get(URL)).toBe('value 1')
  expect(loads).toBe(2)
  at(2 * HOUR + 10_000)
  expect(await keys.get(URL)).toBe('value 1')
  expect(loads).toBe(3)
  at(25 * HOUR - 1)
  expect(await keys.get(URL)).toBe('value 1')
  at(25 * HOUR)
  await expect(keys.get(URL)).rejects.toMatchObject({ code: 'keys_unavailable' })
})

test('with an old value at hand, an endpoint that hangs is waited for 1 s, and what it says then counts', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: start })
  const keys = cache()
  await keys.get(URL)
  let land: () => void = () => undefined
  answer = async () => {
    await new Promise<void>((resolve) => (land = resolve))
    return await gone()
  }
  at(2 * HOUR)
  const first = keys.get(URL)
  await vi.advanceTimersByTimeAsync(999)
  expect(await Promise.race([first, settle().then(() => 'waits')])).toBe('waits')
  await vi.advanceTimersByTimeAsync(1)
  expect(await first).toBe('value 1')
  const second = keys.get(URL)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await second).toBe('value 1')
  expect(loads).toBe(2)
  land()
  await settle()
  await expect(keys.get(URL)).rejects.toMatchObject({ reason: 'key_not_found' })
})

test('a failure that is no outage is not covered up by an old value', async () => {
  const keys = cache()
  await keys.get(URL)
  at(2 * HOUR)
  answer = async () => await Promise.reject(new TypeError('a bug'))
  await expect(keys.get(URL)).rejects.toThrow('a bug')
})

test('a clock that was set back makes the value be asked for again', async () => {
  const keys = cache()
  await keys.get(URL)
  at(-1)
  expect(keys.peek(URL)).toBeUndefined()
  answer = away
  await expect(keys.get(URL)).rejects.toMatchObject({ code: 'keys_unavailable' })
  at(0)
  expect(keys.peek(URL)).toBe('value 1')
})

test('what failed, or was not found, while the clock was ahead is asked for again once it is right', async () => {
  const keys = cache()
  await keys.get(URL)
  answer = away
  at(24 * HOUR)
  expect(await keys.get(URL)).toBe('value 1')
  answer = gone
  await expect(keys.get(`${URL}b`)).rejects.toMatchObject({ reason: 'key_not_found' })
  expect(loads).toBe(3)
  at(2 * HOUR)
  answer = async () => await Promise.resolve('right')
  expect(await keys.get(URL)).toBe('right')
  expect(await keys.get(`${URL}b`)).toBe('right')
})

test('what is gone is remembered as gone for a minute', async () => {
  const keys = cache()
  answer = gone
  const failure = await keys.get(URL).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'invalid_token', reason: 'key_not_found' })
  expect((failure as Error).cause).toBeInstanceOf(KeyGoneError)
  at(59_999)
  const again = await keys.get(URL).catch((error: unknown) => error)
  expect(again).toMatchObject({ reason: 'key_not_found' })
  expect((again as Error).cause).toBeUndefined()
  expect(loads).toBe(1)
  at(60_000)
  answer = async () => await Promise.resolve('back')
  expect(await keys.get(URL)).toBe('back')
})

test('ids never seen draw on the budget where strangers choose them, and it says when to come back', async () => {
  const keys = cache()
  for (let id = 0; id < 20; id += 1) await keys.get(`${URL}${id}`)
  await expect(keys.get(URL)).rejects.toMatchObject({ code: 'keys_unavailable', retryAfterSeconds: 3 })
  expect(loads).toBe(20)
  const free = cache(false)
  for (let id = 0; id < 30; id += 1) await free.get(`${URL}${id}`)
  expect(loads).toBe(50)
})

test('an id that comes in a second, distinct request draws on a reserve once the budget is used up', async () => {
  const keys = cache()
  for (let id = 0; id < 20; id += 1) await keys.get(`${URL}${id}`, 'a')
  await expect(keys.get(URL, 'a')).rejects.toMatchObject({ code: 'keys_unavailable' })
  // The same request again says nothing new.
  await expect(keys.get(URL, 'a')).rejects.toMatchObject({ code: 'keys_unavailable' })
  expect(loads).toBe(20)
  await expect(keys.get(URL, 'b')).resolves.toBe('value 21')
})

test('forged ids, each in several requests, cost no more than the budget and the reserve', async () => {
  const keys = cache()
  answer = gone
  const flood = async (from: number): Promise<void> => {
    for (let id = from; id < from + 200; id += 1) {
      for (const request of ['a', 'b', 'c']) await keys.get(`${URL}${id}`, request).catch(() => undefined)
    }
  }
  await flood(0)
  expect(loads).toBe(25)
  at(60_000)
  await flood(1_000)
  expect(loads).toBe(50)
  keys.clear()
  await flood(2_000)
  expect(loads).toBe(50)
})

test('one fetch at a time for all who wait, and none of them counts after clear()', async () => {
  const keys = cache()
  let land: (value: string) => void = () => undefined
  answer = async () => await new Promise<string>((resolve) => (land = resolve))
  const waiting = [keys.get(URL), keys.get(URL), keys.refresh(URL)]
  await settle()
  expect(loads).toBe(1)
  keys.clear()
  expect(keys.pending(URL)).toBeUndefined()
  land('old')
  expect(await Promise.all(waiting)).toEqual(['old', 'old', 'old'])
  expect(keys.peek(URL)).toBeUndefined()
})
