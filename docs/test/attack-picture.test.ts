/** The picture of `--attack` on the first page is what two apps do now. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('docs/public/attack.svg', { timeout: 120_000 }, () => {
  const script = fileURLToPath(new URL('../../scripts/attack-picture/main.mjs', import.meta.url))
  // RSA keys of a pool, as test files have them.
  const quickly = ['--import', new URL('../../scripts/quick-keys.mjs', import.meta.url).href]
  const { status, stderr } = spawnSync(process.execPath, [...quickly, script, '--check'], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
})
