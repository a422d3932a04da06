import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FetchBudget } from './fetch-budget.js'

const start = 1_800_000_000_000
const at = (ms: number): void => void vi.setSystemTime(start + ms)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
})

afterEach(() => {
  vi.useRealTimers()
})

/** How many fetches can be taken now, up to 100. */
function taken(budget: FetchBudget): number {
  let count = 0
  while (count < 100 && budget.take()) count += 1
  return count
}

test('a burst of 20, then one each 3 s, with nothing of a second lost', () => {
  const budget = new FetchBudget(20)
  expect(taken(budget)).toBe(20)
  at(2_999)
  expect(budget.take()).toBe(false)
  at(3_000)
  expect(taken(budget)).toBe(1)
  // 7.5 s after the burst is two and a half: the half is kept.
  at(7_500)
  expect(taken(budget)).toBe(1)
  at(9_000)
  expect(taken(budget)).toBe(1)
})

test('never more than the burst, however long nothing was asked', () => {
  const budget = new FetchBudget(20)
  taken(budget)
  at(3_600_000)
  expect(taken(budget)).toBe(20)
  at(3_600_000 + 3_000)
  expect(taken(budget)).toBe(1)
})

test('a full bucket begins to earn with the first fetch taken from it', () => {
  const budget = new FetchBudget(20)
  at(2_000)
  expect(budget.take()).toBe(true)
  at(3_500)
  expect(taken(budget)).toBe(19)
  at(5_000)
  expect(taken(budget)).toBe(1)
})

test('says how long until the next, in whole seconds, at least one', () => {
  const budget = new FetchBudget(20)
  taken(budget)
  expect(budget.secondsToNext).toBe(3)
  at(500)
  expect(budget.secondsToNext).toBe(3)
  at(2_500)
  expect(budget.secondsToNext).toBe(1)
  at(9_000)
  expect(budget.secondsToNext).toBe(1)
})

test('a clock that is set back does not stop the refill', () => {
  const budget = new FetchBudget(20)
  taken(budget)
  at(-3_600_000)
  expect(budget.take()).toBe(false)
  at(-3_600_000 + 3_000)
  expect(taken(budget)).toBe(1)
})
