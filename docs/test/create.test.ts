/** What pages show of an app is what `npm create @cognito-auth@latest` writes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blocksOf } from './blocks.js'
import { readPage, ROOT } from './pages.js'

const TEMPLATES = join(ROOT, 'packages/create/templates')

/** Whether some template has this file, and with this content. */
function isWritten(name: string, code: string): boolean {
  return readdirSync(TEMPLATES)
    .map((layer) => join(TEMPLATES, layer, name))
    .some((path) => existsSync(path) && readFileSync(path, 'utf8').trim() === code.trim())
}

const shown = [
  ...blocksOf(readPage('docs/create.md')).filter(({ name }) => name !== undefined),
  ...blocksOf(readPage('docs/deployment.md'))
    .filter(({ name }) => name === 'stack.ts')
    .map((block) => ({ ...block, name: 'infra/stack.ts' })),
]

test('there is something to compare', () => expect(shown.length).toBeGreaterThanOrEqual(5))

test.each(shown)('$page: $name', ({ name = '', code }) => {
  expect(isWritten(name, code)).toBe(true)
})
