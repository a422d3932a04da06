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
  await vi.waitFor(async () => expect(await one.get()).not.toBe(first))
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
    await vi.waitFor(() => expect(reads).toBe(round + 2))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(process.emitWarning).toHaveBeenCalledOnce()
})

test('a first read that fails refuses, and the next request tries again', async () => {
  const one = config(fails, async () => good)
  await expect(one.get()).rejects.toMatchObject({ code: 'config_unavailable', status: 503 })
  await expect(one.get()).resolves.toBeDefined()
})
