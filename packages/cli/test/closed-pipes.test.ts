import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const CLI = fileURLToPath(new URL('../dist/cli.mjs', import.meta.url))

test.each([
  ['developers', 0],
  ['others', 1],
])('the exit code is the answer, where nobody reads what is printed: %s', async (group, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'auth-config.json')
  writeFileSync(config, '{ "allowed_groups": ["developers"] }')
  const child = spawn(process.execPath, [CLI, 'explain', '--config', config, '--groups', group])
  child.stdout.destroy()
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  expect({ exitCode, errors }).toEqual({ exitCode: code, errors: '' })
})
