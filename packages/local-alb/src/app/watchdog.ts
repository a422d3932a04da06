/**
 * Stops the app once this process is gone, however that came about: nothing runs after `SIGKILL`, nor where a script
 * that uses the API has no handler of its own for `SIGINT`.
 *
 * It is a small process that holds one end of a pipe. The system closes the other end together with us.
 *
 * @module
 */

import { spawn } from 'node:child_process'

/** How long an app may take to stop before it is killed. */
export const STOP_MS = 5_000

/** Text and not a file: it runs the same from source and from a bundle. The app's process or group is its argument. */
const PROGRAM = `
const send = (signal) => {
  try {
    return process.kill(Number(process.argv[1]), signal)
  } catch {
    // ESRCH: nothing is left to stop.
    return false
  }
}
process.stdin.resume().once('close', () => {
  const deadline = Date.now() + ${STOP_MS}
  if (!send('SIGTERM')) return
  const timer = setInterval(() => {
    if (send(0) && Date.now() < deadline) return
    send('SIGKILL')
    clearInterval(timer)
  }, 50)
})`

/**
 * Watches over a process, or over a group where the number is negative, as for `process.kill()`.
 *
 * @returns ends the watch: all of the app is gone, and its number may soon be another process's.
 */
export function watchOver(pid: number): () => void {
  const child = spawn(process.execPath, ['-e', PROGRAM, '--', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Who kills our whole group, as Playwright does with its web server, must not find it there.
    detached: true,
    windowsHide: true,
    // What loads tools into Node, or has it wait for a debugger, is not meant for this one.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  // Without it the app runs all the same; only the promise to stop it whatever happens is not kept.
  child.once('error', (error) => process.stderr.write(`local-alb: the app is not watched over: ${error.message}\n`))
  // Neither may keep this process from ending.
  child.unref()
  const { stdin } = child
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return () => void child.kill('SIGKILL')
}
