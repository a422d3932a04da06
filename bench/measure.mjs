/**
 * Measures contenders in turn, round after round, so that what slows the machine down for a while slows all of them.
 * What is compared is the ratio within a round; what is told is the median over the rounds, and the quartiles as spread.
 */
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** `UV_THREADPOOL_SIZE` with no more threads in the pool than cores: what `docs/performance.md` says of it is measured. */
export const FEW_THREADS = String(Math.min(availableParallelism(), 4))

/** @param {number[]} values @param {number} part 0.5 for the median */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at))
}

/** Median and quartiles. */
export function summary(values) {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/** Lets the event loop turn once: timers, sockets, and what the thread pool has finished. */
export const turn = () => new Promise((resolve) => setImmediate(resolve))

/**
 * Runs each contender once per round, in rotating order.
 *
 * @template Sample
 * @param {number} count Rounds that count; one more before them warms up and does not.
 * @param {Record<string, (round: number) => Promise<Sample>>} contenders
 * @returns {Promise<Record<string, Sample[]>>} Samples by contender, one of each round.
 */
export async function inTurns(count, contenders) {
  const names = Object.keys(contenders)
  const samples = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < count; round += 1) {
    for (let place = 0; place < names.length; place += 1) {
      const name = names[(place + round + 1) % names.length]
      await turn()
      const sample = await contenders[name](round)
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}

/** One metric of one contender, over the rounds. */
export function metric(samples, name, key) {
  return summary(samples[name].map((sample) => sample[key]))
}

/** How many times `a` is `b`, in each round. */
export function ratio(samples, key, a, b) {
  return summary(samples[a].map((sample, round) => sample[key] / samples[b][round][key]))
}

/** CPU microseconds of the main thread, which runs the event loop; without `/proc`, of the process. */
export function mainThreadUs() {
  const path = `/proc/self/task/${process.pid}/schedstat`
  if (existsSync(path)) return Number(readFileSync(path, 'utf8').split(' ')[0]) / 1000
  const { user, system } = process.cpuUsage()
  return user + system
}

/**
 * Works off `items`, at most `limit` at a time.
 *
 * @returns {Promise<{ perSecond: number, us: number, loopUs: number, cpuUs: number, allCpuUs: number }>} Items a second; microseconds for
 * each: by the clock, of active event loop, of CPU on the main thread and in all threads, which other programs do not lengthen.
 */
export async function inFlight(limit, items, work) {
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const item = items[next]
      next += 1
      await work(item)
    }
  }
  await turn()
  const before = performance.eventLoopUtilization()
  const cpuBefore = mainThreadUs()
  const allBefore = process.cpuUsage()
  const started = performance.now()
  await Promise.all(Array.from({ length: limit }, worker))
  const ms = performance.now() - started
  const cpu = mainThreadUs() - cpuBefore
  const all = process.cpuUsage(allBefore)
  const { active } = performance.eventLoopUtilization(before)
  const each = (us) => us / items.length
  return {
    perSecond: (items.length / ms) * 1000,
    us: each(ms * 1000),
    loopUs: each(active * 1000),
    cpuUs: each(cpu),
    allCpuUs: each(all.user + all.system),
  }
}

/** Works off `items` one at a time, each in a turn of the event loop of its own, as lone requests come. */
export async function oneAtATime(items, work) {
  let ms = 0
  const cpuBefore = mainThreadUs()
  for (const item of items) {
    await turn()
    const started = performance.now()
    await work(item)
    ms += performance.now() - started
  }
  return { us: (ms * 1000) / items.length, cpuUs: (mainThreadUs() - cpuBefore) / items.length }
}
