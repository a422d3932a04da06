/** The picture of `--attack` on the first page is what two apps do now. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('docs/public/attack.svg', { timeout: 120_000 }, () => {
  const script = fileURLToPath(new URL('../../scripts/attack-picture/main.mjs', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
})
