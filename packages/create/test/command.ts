/** Runs the command in a folder of its own, where nobody can be asked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { run } from '../src/index.js'

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** An empty folder for the length of a test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'create-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function create(folder: string, ...args: readonly string[]): Promise<Result> {
  let [stdout, stderr] = ['', '']
  const code = await run(args, {
    folder,
    isTerminal: false,
    out: (text) => (stdout += text),
    error: (text) => (stderr += text),
  })
  return { code, stdout, stderr }
}
