import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '@cognito-auth/create'

const program = resolve('node_modules/.bin/create-cognito-auth')
const folder = mkdtempSync(join(tmpdir(), 'consumer-'))

try {
  const { status, stdout } = spawnSync(program, ['my-app', '--yes'], { cwd: folder, encoding: 'utf8' })
  assert.equal(status, 0)
  assert.match(stdout, /cd my-app && npm install/)
  // Files that npm would leave out, or rename, under their own names.
  for (const file of ['.gitignore', '.github/workflows/ci.yml', 'package.json', 'infra/stack.ts']) {
    assert.equal(existsSync(join(folder, 'my-app', file)), true, file)
  }
  assert.equal(typeof run, 'function')
} finally {
  rmSync(folder, { recursive: true })
}
