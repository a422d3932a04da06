/** What runs in a page: small, and alone. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test.each(['browser.mjs', 'browser.cjs'])('%s is under 1 kB, and imports nothing', (file) => {
  const code = readFileSync(new URL(`../../packages/core/dist/${file}`, import.meta.url), 'utf8')
  expect(code.length).toBeLessThan(1000)
  expect(code).toContain('SessionEndedError')
  expect(code).not.toMatch(/\b(?:import|require)\b/)
})
