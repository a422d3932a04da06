/** Asks who may come in, from code and by the program, and checks an environment that lacks everything. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { doctor, explain, type ExplainReport } from '@cognito-auth/cli'

const CONFIG = 'auth-config.json'

async function main(): Promise<void> {
  writeFileSync(CONFIG, JSON.stringify({ allowed_groups: ['developers'] }))
  const report: ExplainReport = await explain({ groups: ['developers'] }, { path: CONFIG })
  assert.equal(report.allowed, true)
  assert.equal((await doctor({ useNetwork: false })).ok, false)

  const program = 'node_modules/.bin/cognito-auth'
  const { status, stdout } = spawnSync(program, ['explain', '--config', CONFIG, '--groups', 'guests'], {
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(stdout, /DENIED[^]*groups: developers/)
}

void main()
