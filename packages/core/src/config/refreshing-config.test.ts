import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfigurationError, ConfigUnavailableError } from '../errors.js'
import type { RuleSet } from '../rules/rule-set.js'
import { type Freshness, RefreshingConfig } from './refreshing-config.js'

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
  return configWith({}, ...given)
}

function configWith(freshness: Partial<Freshness>, ...given: (() => Promise<string>)[]): RefreshingConfig {
  answers = given
  const read = async (): Promise<string> => {
    reads += 1
    return await (answers[Math.min(reads, answers.length) - 1] ?? (async () => good))()
  }
  const source = { name: 'test', isSecret: false, read }
  return new RefreshingConfig(source, { ttlSeconds: 300, maxAgeSeconds: Infinity, ...freshness })
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

/** How many warnings there are of a config whose reads fail with these messages in turn, so many seconds apart. */
async function warningsOf(messages: readonly string[], apart = 11): Promise<number> {
  const one = config(
    async () => good,
    ...messages.map((message) => async () => await Promise.reject(new ConfigurationError(message))),
  )
  await one.get()
  vi.setSystemTime(Date.now() + 301_000)
  for (const _ of messages) {
    await one.get()
    await new Promise((resolve) => setImmediate(resolve))
    vi.setSystemTime(Date.now() + apart * 1000)
  }
  expect(reads).toBe(messages.length + 1)
  return vi.mocked(process.emitWarning).mock.calls.length
}

const alternating = ['one', 'other', 'one', 'other', 'one', 'other', 'one', 'other']

test.each([
  ['once each', 11, 2],
  ['once each until an hour has passed', 514, 2],
  ['again after an hour', 600, 4],
])('two troubles that alternate are told %s: %i s apart', async (_, apart, warnings) => {
  expect(await warningsOf(alternating, apart)).toBe(warnings)
})

test('of troubles that never end the first is forgotten, and told again', async () => {
  const many = Array.from({ length: 17 }, (_, index) => `trouble ${index}`)
  expect(await warningsOf([...many, 'trouble 16', 'trouble 1', 'trouble 0'])).toBe(18)
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

const pass = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000)
const groupsOf = ({ rules }: RuleSet): string => rules.map(({ name }) => name).join()
const saying =
  (...groups: string[]) =>
  async () =>
    JSON.stringify({ allowed_groups: groups, admin_groups: ['admins'] })
const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))

test.each([
  ['older than twice its TTL', 300, 600],
  ['a month old', 300, 30 * 86_400],
  ['of a TTL of 0', 0, 0],
])('where the config is %s, every request waits for the read', async (_, ttlSeconds, age) => {
  const one = configWith({ ttlSeconds }, saying('old'), saying('new'))
  await one.get()
  pass(age)
  const all = await Promise.all(Array.from({ length: 20 }, async () => await one.get()))
  expect(new Set(all.map(groupsOf))).toEqual(new Set(['groups: new']))
  expect(reads).toBe(2)
})

test('a second before twice its TTL nobody waits', async () => {
  const one = config(saying('old'), saying('new'))
  await one.get()
  pass(599)
  expect(groupsOf(await one.get())).toBe('groups: old')
})

test('where the read that is waited for fails, the old config serves', async () => {
  const one = config(saying('old'), fails, saying('new'))
  await one.get()
  pass(601)
  expect(groupsOf(await one.get())).toBe('groups: old')
  pass(10)
  expect(groupsOf(await one.get())).toBe('groups: new')
})

test('a read that does not end is waited for 5 s, and the next one can begin', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  const one = config(saying('old'), async () => await new Promise<string>(() => undefined), saying('new'))
  await one.get()
  pass(601)
  const waiting = one.get()
  let isOver = false
  void waiting.then(() => (isOver = true))
  await vi.advanceTimersByTimeAsync(4_999)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(groupsOf(await waiting)).toBe('groups: old')
  pass(10)
  expect(groupsOf(await one.get())).toBe('groups: new')
})

test.each<[string, Partial<Freshness>, number | undefined]>([
  ['of its own', { maxAgeSeconds: 900 }, undefined],
  ['of whom asks', {}, 900],
  ['of both, the shorter', { maxAgeSeconds: 9000 }, 900],
])('past the oldest age %s no config serves, until one is read', async (_, freshness, asked) => {
  const one = configWith(freshness, saying('old'), fails, fails, saying('new'))
  await one.get(asked)
  pass(900)
  expect(groupsOf(await one.get(asked))).toBe('groups: old')
  pass(1)
  await expect(one.get(asked)).rejects.toMatchObject({ code: 'config_unavailable', status: 503 })
  expect(reads).toBe(2)
  pass(10)
  await expect(one.get(asked)).rejects.toMatchObject({ code: 'config_unavailable' })
  pass(10)
  expect(groupsOf(await one.get(asked))).toBe('groups: new')
})

test('an oldest age below the TTL is a TTL', async () => {
  const one = configWith({ maxAgeSeconds: 60 }, saying('old'), saying('new'))
  await one.get()
  pass(61)
  expect(groupsOf(await one.get())).toBe('groups: new')
})

test('a clock that was set back does not make a config serve longer than it may', async () => {
  const one = configWith({ maxAgeSeconds: 900 }, saying('old'), fails)
  await one.get()
  pass(-30 * 86_400)
  expect(groupsOf(await one.get())).toBe('groups: old')
  pass(901)
  await expect(one.get()).rejects.toMatchObject({ code: 'config_unavailable' })
})

test.each([
  ['with empty lists', '{"allowed_groups": [], "admin_groups": ["admins"]}'],
  ['without a list', '{}'],
  ['that drops a condition', '{"allowed_groups": [], "allowed_domains": ["a.example"], "require_all": true}'],
])('a document %s closes a running app, warns, and is refused at the first load', async (_, closed) => {
  await expect(config(async () => closed).get()).rejects.toBeInstanceOf(ConfigurationError)
  reads = 0
  const one = config(saying('a'), async () => closed, saying('a'))
  await one.get()
  expect(process.emitWarning).not.toHaveBeenCalled()
  pass(601)
  expect(groupsOf(await one.get())).not.toContain('groups: a')
  expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^The authorisation config now denies everyone but its admins: test: .*must not be empty/),
    { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_CONFIG' },
  )
  pass(601)
  expect(groupsOf(await one.get())).toBe('groups: a')
})

test('a closed document stays in place after clear()', async () => {
  const one = config(saying('a'), saying())
  await one.get()
  one.clear()
  expect((await one.get()).rules).toEqual([])
})

test('trouble that lasts is told again each hour', async () => {
  const one = config(saying('a'), fails)
  await one.get()
  for (let minute = 0; minute < 150; minute += 10) {
    pass(600)
    await one.get()
    await settled()
  }
  expect(process.emitWarning).toHaveBeenCalledTimes(3)
})

test('what a source throws of its own is not repeated, and may pass', async () => {
  const one = config(async () => await Promise.reject(new Error('hunter2')))
  await expect(one.get()).rejects.toMatchObject({
    code: 'config_unavailable',
    message: 'test is temporarily unavailable (its source failed); it will be read again',
  })
  const number = config(async () => 5 as unknown as string)
  await expect(number.get()).rejects.toThrow('test: read() must give a string')
})
