import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyAdapter, placesToEnter } from './copy.mjs'

let to
let files

beforeAll(() => {
  to = mkdtempSync(join(tmpdir(), 'new-adapter-'))
  files = copyAdapter('hapi', { from: '.', to })
})

afterAll(() => {
  rmSync(to, { recursive: true, force: true })
})

test('package, example, consumer, docs page and changeset are there under the new name', () => {
  for (const path of [
    'packages/hapi/src/index.ts',
    'packages/hapi/test/behaviour.test.ts',
    'examples/hapi/app.js',
    'docs/hapi.md',
    '.changeset/hapi.md',
    'scripts/packages/consumers/hapi/package.json',
  ])
    expect({ path, exists: existsSync(join(to, path)) }).toEqual({ path, exists: true })
})

test('nothing in them is called Koa', () => {
  expect(files.filter((file) => /koa/i.test(readFileSync(file, 'utf8')))).toEqual([])
})

test.each(['', 'Hapi', '../x', undefined])('refuses %j as a name', (name) => {
  expect(() => copyAdapter(name, { from: '.', to })).toThrow(/^The name must be lower-case letters/)
})

test('refuses a package that exists', () => {
  expect(() => copyAdapter('hapi', { from: '.', to })).toThrow('packages/hapi exists')
})

test('the places that name every adapter are found', () => {
  expect(placesToEnter('.')).toEqual(
    expect.arrayContaining([
      'scripts/check-imports.mjs',
      'scripts/demo-apps.mjs',
      'docs/.vitepress/sidebar.ts',
      'README.md',
    ]),
  )
})
