import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfigUnavailableError } from '../errors.js'
import { RefreshingConfig } from './refreshing-config.js'

const good = '{"allowed_groups":["a"]}'
let answers: (() => Promise<string>)[]
let reads: number

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  answers = []
  reads = 0
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A source that gives its answers in turn, the last one for ever. */
function config(...given: (() => Promise<string>)[]): RefreshingConfig {
  answers = given
  const read = async (): Promise<string> => {
    reads += 1
    return await (answers[Math.min(reads, answers.length) - 1] ?? (async () => good))()
  }
  return new RefreshingConfig({ name: 'test', read }, 300)
}

const fails = async (): Promise<string> => await Promise.reject(new ConfigUnavailableError('away'))

test('is read once for all who wait, and again when it is old', async () => {
  const one = config(async () => good)
  await Promise.all(Array.from({ length: 50 }, async () => await one.get()))
  expect(reads).toBe(1)
  vi.setSystemTime(Date.now() + 299_000)
  await one.get()
  expect(reads).toBe(1)
  vi.setSystemTime(Date.now() + 1_000)
  await one.get()
  expect(reads).toBe(2)
})

test('nobody waits for a refresh', async () => {
  let release: (json: string) => void = () => undefined
  const one = config(
    async () => good,
    async () => await new Promise<string>((resolve) => (release = resolve)),
  )
  const first = await one.get()
  vi.setSystemTime(Date.now() + 301_000)
  expect(await Promise.all([one.get(), one.get()])).toEqual([first, first])
  expect(reads).toBe(2)
  release('{"allowed_groups":["b"]}')
  await vi.waitFor(async () => expect(await one.get()).not.toBe(first), 10_000)
})

test.each([
  ['cannot be read', fails],
  ['is half written', async () => '{"allowed_gro'],
])('a config that %s leaves the last good one in place, with one warning', async (_, broken) => {
  const one = config(async () => good, broken)
  const first = await one.get()
  for (let round = 0; round < 3; round += 1) {
    vi.setSystemTime(Date.now() + 301_000)
    expect(await one.get()).toBe(first)
    await vi.waitFor(() => expect(reads).toBe(round + 2), 10_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(process.emitWarning).toHaveBeenCalledOnce()
  expect(process.emitWarning).toHaveBeenCalledWith(
    expect.stringMatching(/^The last good authorisation config goes on/),
    {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_CONFIG',
    },
  )
})

test('a first read that fails refuses, and the next request tries again', async () => {
  const one = config(fails, async () => good)
  await expect(one.get()).rejects.toMatchObject({ code: 'config_unavailable', status: 503 })
  await expect(one.get()).resolves.toBeDefined()
})

test('a first read that fails is no warning: the request tells', async () => {
  await expect(config(fails).get()).rejects.toThrow('away')
  expect(process.emitWarning).not.toHaveBeenCalled()
})

test('a refresh that fails is tried again after 10 s, and not before', async () => {
  const one = config(async () => good, fails)
  await one.get()
  vi.setSystemTime(Date.now() + 300_000)
  await one.get()
  await new Promise((resolve) => setImmediate(resolve))
  expect(reads).toBe(2)
  vi.setSystemTime(Date.now() + 9_000)
  await one.get()
  expect(reads).toBe(2)
  vi.setSystemTime(Date.now() + 1_000)
  await one.get()
  expect(reads).toBe(3)
})

test('trouble that comes back after a good read is told again', async () => {
  const one = config(
    async () => good,
    fails,
    async () => good,
    fails,
  )
  for (let round = 0; round < 4; round += 1) {
    await one.get()
    await new Promise((resolve) => setImmediate(resolve))
    vi.setSystemTime(Date.now() + 301_000)
  }
  expect(process.emitWarning).toHaveBeenCalledTimes(2)
})

test('a clock that was set back does not stop the refreshes', async () => {
  const one = config(async () => good)
  await one.get()
  await one.get()
  expect(reads).toBe(1)
  vi.setSystemTime(Date.now() - 86_400_000)
  await one.get()
  expect(reads).toBe(2)
})

test('a read that failed while the clock was ahead is tried again once it is right', async () => {
  const one = config(async () => good, fails)
  await one.get()
  vi.setSystemTime(Date.now() + 30 * 86_400_000)
  await one.get()
  expect(reads).toBe(2)
  await new Promise((resolve) => setImmediate(resolve))
  vi.setSystemTime(Date.now() - 29 * 86_400_000)
  await one.get()
  expect(reads).toBe(3)
})

test('what is forgotten is read again, and a read from before does not count', async () => {
  let release: (json: string) => void = () => undefined
  const one = config(
    async () => await new Promise<string>((resolve) => (release = resolve)),
    async () => '{"allowed_groups":["b"]}',
  )
  const before = one.get()
  one.clear()
  const after = await one.get()
  release(good)
  expect(await before).not.toBe(after)
  expect(await one.get()).toBe(after)
  expect(reads).toBe(2)
})
