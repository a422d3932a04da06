import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const CLI = fileURLToPath(new URL('../dist/cli.mjs', import.meta.url))

test.each([
  ['--help', 0],
  ['--no-such-flag', 2],
])('nobody need read what is printed: %s', async (flag, code) => {
  const child = spawn(process.execPath, [CLI, flag])
  child.stdout.destroy()
  if (code !== 0) child.stderr.destroy()
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  expect({ exitCode, errors }).toEqual({ exitCode: code, errors: '' })
})
