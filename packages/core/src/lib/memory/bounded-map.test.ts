import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { BoundedMap } from './bounded-map.js'

/** What the map must do, written the short way: entries in an array, the one used least recently first. */
class Model {
  entries: (readonly [string, number])[] = []
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  get(key: string): number | undefined {
    const found = this.entries.find(([one]) => one === key)
    if (found !== undefined) this.entries = [...this.entries.filter((one) => one !== found), found]
    return found?.[1]
  }

  set(key: string, value: number): void {
    const others = this.entries.filter(([one]) => one !== key)
    this.entries = [...others.slice(others.length >= this.limit ? 1 : 0), [key, value]]
  }

  delete(key: string): void {
    this.entries = this.entries.filter(([one]) => one !== key)
  }

  dropOldestIf(isDone: (value: number) => boolean): void {
    const [oldest] = this.entries
    if (oldest !== undefined && isDone(oldest[1])) this.entries = this.entries.slice(1)
  }

  clear(): void {
    this.entries = []
  }
}

/** Numbers that are the same on each run (a linear congruential generator). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * below)
  }
}

test.each([1, 2, 3])('with a limit of %i, it forgets what was used least recently, and nothing else', (limit) => {
  for (let seed = 0; seed < 20; seed += 1) {
    const number = numbersFrom(seed)
    const map = new BoundedMap<number>(limit)
    const model = new Model(limit)
    const got: (readonly [number | undefined, number | undefined])[] = []
    for (let step = 0; step < 400; step += 1) {
      const key = String(number(limit * 2))
      const action = number(100)
      if (action < 45) for (const one of [map, model]) one.set(key, step)
      else if (action < 85) got.push([map.get(key), model.get(key)])
      else if (action < 93) for (const one of [map, model]) one.delete(key)
      else if (action < 99) for (const one of [map, model]) one.dropOldestIf((value) => value % 2 === 0)
      else for (const one of [map, model]) one.clear()
      expect(map.size).toBe(model.entries.length)
    }
    expect(got.filter(([ours, right]) => ours !== right)).toEqual([])
    for (const [key, value] of model.entries) expect(map.get(key)).toBe(value)
  }
})

/** The keys used last, at most `count`, the latest first. */
function latest(used: readonly string[], count: number): string[] {
  return [...new Set(used.toReversed())].slice(0, count)
}

test.each([7, 20, 100])(
  'with a limit of %i, it never forgets what was used while three quarters of that were',
  (limit) => {
    const kept = limit - Math.floor(limit / 4) - 1
    for (let seed = 0; seed < 20; seed += 1) {
      const number = numbersFrom(seed)
      const map = new BoundedMap<number>(limit)
      const used: string[] = []
      for (let step = 0; step < 1_000; step += 1) {
        const key = String(number(limit * 2))
        if (number(100) < 50) map.set(key, step)
        else if (map.get(key) === undefined) continue
        used.push(key)
        expect(map.size).toBeLessThanOrEqual(limit)
      }
      // In this order: what is read last becomes the latest, and changes nothing of what is there.
      for (const key of latest(used, kept)) expect(map.get(key)).toBeDefined()
    }
  },
)

test('knows what all entries weigh, whatever became of them', () => {
  const number = numbersFrom(1)
  const map = new BoundedMap<number>(8)
  const weights = new Map<string, number>()
  for (let step = 0; step < 1_000; step += 1) {
    const key = String(number(16))
    const action = number(10)
    if (action < 5) {
      map.set(key, step, step)
      weights.set(key, step)
    } else if (action < 8) map.get(key)
    else if (action < 9) map.delete(key)
    else map.dropOldestIf((value) => value % 2 === 0)
    const there = [...weights].filter(([one]) => map.get(one) !== undefined)
    expect(map.weight).toBe(there.reduce((sum, [, weight]) => sum + weight, 0))
  }
  map.clear()
  expect(map.weight).toBe(0)
})

test('keeps nothing where the limit is 0', () => {
  const map = new BoundedMap<number>(0)
  map.set('a', 1)
  expect(map.get('a')).toBeUndefined()
  expect(map.size).toBe(0)
})

test('using the same entries again and again takes no more memory', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const map = new BoundedMap<number>(10_000)
  for (let key = 0; key < 64; key += 1) map.set(String(key), key)
  const use = (): number => {
    for (let turn = 0; turn < 200_000; turn += 1) map.get(String(turn % 64))
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = use()
  expect(use() - before).toBeLessThan(2 * 1024 * 1024)
})
