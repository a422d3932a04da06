/** Starts a script of this folder in a process of its own and reads the JSON that it prints last. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** @param {string} script File of this folder. @param {unknown[]} args @param {string[]} nodeOptions @param {Record<string, string>} variables */
export async function runChild(script, args = [], nodeOptions = [], variables = {}) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const { stdout } = await run(process.execPath, [...nodeOptions, path, ...args.map(String)], {
    maxBuffer: 2 ** 26,
    env: { ...process.env, ...variables },
  })
  // Next.js says on the same output how it starts.
  return JSON.parse(stdout.trimEnd().split('\n').at(-1))
}
