/** How long ago `npx pnpm demo` was typed: npx, pnpm and the build come before the script that starts the apps. */
import { readFileSync } from 'node:fs'

/** What times in `/proc` are counted in, on every architecture: hundredths of a second. */
const TICKS = 100

function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in brackets, may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(fields[1]), startedAt: Number(fields[19]) / TICKS }
}

const isOfDemo = (pid) => /\bdemo\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))

/** Seconds since the first of the processes that started this one for the demo. Without `/proc`, of this one: `isWhole` is false. */
export function secondsSinceTyped() {
  const own = performance.now() / 1000
  if (process.platform !== 'linux') return { seconds: own, isWhole: false }
  const { startedAt } = statOf(process.pid)
  let first = statOf(process.pid)
  while (first.parent > 1 && isOfDemo(first.parent)) first = statOf(first.parent)
  return { seconds: startedAt - first.startedAt + own, isWhole: true }
}
