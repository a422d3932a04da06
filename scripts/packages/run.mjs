/** Runs a program to its end, and gives what it printed; nothing is left running after the time limit. */
import { spawn } from 'node:child_process'

const TIME_LIMIT_SECONDS = 1200

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, seconds?: number }} [options]
 * @returns {Promise<{ ok: boolean, output: string, stdout: string }>} `output` holds both streams, as they came.
 */
export function run(command, args, { cwd, env, seconds = TIME_LIMIT_SECONDS } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    })
    let output = ''
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', (error) => resolve({ ok: false, output: error.message, stdout }))
    child.once('close', (code, signal) => {
      if (signal !== null) output += `\nended by ${signal}`
      resolve({ ok: code === 0, output, stdout })
    })
  })
}
