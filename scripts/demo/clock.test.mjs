import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const PROGRAM = `
import { secondsSinceTyped } from '${new URL('clock.mjs', import.meta.url).href}'
const { seconds, isWhole } = secondsSinceTyped()
console.log(JSON.stringify({ others: seconds - performance.now() / 1000, isWhole }))`

/** What a shell with that word in its command line, which waits first, adds to the time of the script that it starts. */
function afterWaiting(word) {
  const line = 'sleep 0.5; "$NODE" --input-type=module -e "$PROGRAM"; exit'
  const env = { ...process.env, NODE: process.execPath, PROGRAM }
  return JSON.parse(execFileSync('sh', ['-c', line, word], { encoding: 'utf8', env }))
}

test('counts from the first process of the demo on, not from what was there before', ({ skip }) => {
  skip(process.platform !== 'linux', 'when a process was started is read in /proc, which only Linux has')
  const ofDemo = afterWaiting('demo')
  expect(ofDemo.isWhole).toBe(true)
  expect(ofDemo.others).toBeGreaterThan(0.4)
  expect(afterWaiting('another').others).toBeLessThan(0.1)
})
