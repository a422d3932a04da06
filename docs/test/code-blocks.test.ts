import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Block, blocksOf } from './blocks.js'
import { runnableName, writeBlocks } from './files.js'
import { httpProblem } from './http-blocks.js'
import { jsonProblem } from './json-blocks.js'
import { allPages, ROOT } from './pages.js'
import { run } from './run.js'
import { shellProblems } from './shell-blocks.js'
import { COMPILED, typeCheck } from './type-check.js'

const SHELL: readonly string[] = ['sh', 'console']

/** Files of other programs: those of proxies and Python apps are run by `npx pnpm test:proxies` and `test:python`. */
const OTHERS: readonly string[] = ['nginx', 'txt', 'lua', 'yaml', 'ini', 'dockerfile', 'python']

const blocks = allPages.flatMap(blocksOf)
const ofLanguage = (languages: readonly string[]): Block[] =>
  blocks.filter((block) => languages.includes(block.language))

test('every code block is in a language that is checked', () => {
  const known = [...COMPILED, ...SHELL, ...OTHERS, 'json', 'http']
  expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([])
})

test('TypeScript and JavaScript compile against the built packages', () => {
  const compiled = ofLanguage(COMPILED)
  expect(compiled.length).toBeGreaterThan(0)
  expect(typeCheck(compiled)).toEqual([])
})

test('what is left to the apps of frameworks is a file of one, and each app has some', () => {
  const named = blocks.flatMap(({ framework, name }) =>
    framework === undefined || name === undefined ? [] : [framework],
  )
  expect([...new Set(named)].sort()).toEqual(readdirSync(join(ROOT, 'compat/frameworks')).sort())
  expect(blocks.filter(({ framework, page, name }) => framework && (page !== 'docs/web.md' || !name))).toEqual([])
})

test('JSON is JSON, and configs, users and rules are what they should be', async () => {
  const problems: string[] = []
  for (const block of ofLanguage(['json'])) problems.push((await jsonProblem(block)) ?? '')
  expect(problems.filter((problem) => problem !== '')).toEqual([])
})

test('what a block imports of ours, its page says to install', () => {
  const missing = allPages.flatMap((page) => {
    const own = blocksOf(page)
    const installed = own
      .filter(({ language }) => SHELL.includes(language))
      .flatMap(({ code }) => [...code.matchAll(/npm install [^#\n]*/g)].join(' ').split(/\s+/))
    const imported = own
      .filter(({ language }) => COMPILED.includes(language))
      .flatMap(({ code }) => [...code.matchAll(/from '(@cognito-auth\/[\w-]+)/g)].map(([, name = '']) => name))
    return [...new Set(imported)].filter((name) => !installed.includes(name)).map((name) => `${page.path}: ${name}`)
  })
  expect(missing).toEqual([])
})

test('HTTP messages are what an adapter answers', () => {
  const messages = ofLanguage(['http'])
  expect(messages.length).toBeGreaterThan(0)
  expect(messages.map(httpProblem).filter((problem) => problem !== undefined)).toEqual([])
})

test('commands, scripts, packages and flags exist', () => {
  expect(ofLanguage(SHELL).flatMap(shellProblems)).toEqual([])
})

const runs = blocks.filter(({ isRun }) => isRun)

describe('what is marked to be run ends well', () => {
  test('there is something to run', () => {
    expect(runs.length).toBeGreaterThan(0)
  })

  test.each(runs)('$page:$line', (block) => {
    const folder = writeBlocks(
      block.page,
      blocksOf(allPages.find(({ path }) => path === block.page) ?? never()),
      '_run',
    )
    const isShell = SHELL.includes(block.language)
    const { status, stdout, stderr } = isShell
      ? run('bash', ['-e', '-c', block.code], { cwd: ROOT })
      : run(process.execPath, [join(folder, runnableName(block))], { cwd: folder })
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' })
  })
})

function never(): never {
  throw new Error('a block is of a page')
}
