import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { harden, parseJsonObject } from '../../claims.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function used(): number {
  for (let times = 0; times < 3; times += 1) collect()
  return process.memoryUsage().heapUsed
}

/** Distinct texts of this length: V8 keeps equal ones once. */
const texts = (count: number, length: number, seed: number): string[] =>
  Array.from({ length: count }, (_, index) => `${seed}-${index}-`.padEnd(length, 'x'))

const SHAPES: Readonly<Record<string, (seed: number) => object>> = {
  'an access token': (seed) => ({
    sub: texts(1, 36, seed)[0],
    'cognito:groups': texts(10, 10, seed),
    iss: texts(1, 70, seed)[0],
    exp: 1_800_000_000,
    jti: texts(1, 36, seed + 1)[0],
  }),
  'many groups': (seed) => ({ groups: texts(500, 16, seed) }),
  'one long text': (seed) => ({ text: 'x'.repeat(12_000) + seed }),
  'a text that is not Latin': (seed) => ({ text: '\u0142'.repeat(6_000) + seed }),
  'empty lists': () => ({ lists: Array.from({ length: 3_000 }, () => []) }),
  'empty objects': () => ({ objects: Array.from({ length: 3_000 }, () => ({})) }),
  'small objects': () => ({ objects: Array.from({ length: 1_000 }, () => ({ a: 1, b: 2 })) }),
  'a dictionary': (seed) => Object.fromEntries(texts(500, 16, seed).map((key) => [key, 1])),
  numbers: (seed) => ({ numbers: Array.from({ length: 1_000 }, (_, index) => seed + index + 0.5) }),
}

test.each(Object.entries(SHAPES))('%s: neither half of what it takes nor four times it', (_, shape) => {
  // Four: Node 26 keeps small objects in less than half of what Node 20 takes for them.
  // A megabyte at least: beside a few small ones, what else the heap holds by then would be seen.
  const count = Math.max(100, Math.ceil(1_000_000 / JSON.stringify(shape(1)).length))
  const json = Array.from({ length: count }, (_empty, seed) => Buffer.from(JSON.stringify(shape(seed * 1_000))))
  const before = used()
  const kept = json.map((bytes) => parseJsonObject(bytes))
  const bytes = (used() - before) / count
  const weight = harden(JSON.parse(JSON.stringify(shape(1_000))) as object)
  expect(kept).toHaveLength(count)
  expect(weight).toBeGreaterThan(bytes / 2)
  expect(weight).toBeLessThan(bytes * 4)
})
