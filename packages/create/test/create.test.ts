import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TEMPLATES } from '../src/template.js'
import { create, emptyFolder } from './command.js'

/** What every app has. */
const FILES = [
  '.cognito-auth.json',
  '.devcontainer/devcontainer.json',
  '.dockerignore',
  '.github/workflows/ci.yml',
  '.gitignore',
  'Dockerfile',
  'README.md',
  'auth-config.json',
  'infra/app.ts',
  'infra/stack.ts',
  'package.json',
  'users.json',
]

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

describe.each(Object.keys(TEMPLATES))('%s', (template) => {
  test('has what every app has, and prints the next two commands', async () => {
    const folder = emptyFolder()
    const { code, stdout, stderr } = await create(folder, 'shop', '--template', template)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(filesOf(join(folder, 'shop'))).toEqual(expect.arrayContaining(FILES))
    expect(stdout).toMatch(/\n\n {2}cd shop && npm install\n {2}npm run dev\n$/)
    expect(readdirSync(folder)).toEqual(['shop'])
  })

  test('is called by its name everywhere, and depends on this version of ours', async () => {
    const folder = emptyFolder()
    await create(folder, 'shop', '--template', template)
    for (const file of filesOf(join(folder, 'shop'))) {
      const text = readFileSync(join(folder, 'shop', file), 'utf8')
      expect(text).not.toMatch(/my-app|MyApp|"@cognito-auth\/\w+": "\*"/)
    }
    expect(readFileSync(join(folder, 'shop/infra/stack.ts'), 'utf8')).toContain("'shop/auth'")
    expect(readFileSync(join(folder, 'shop/infra/app.ts'), 'utf8')).toContain("'Shop'")
  })

  test('its image is built in stages, runs as nobody special, and takes large headers', async () => {
    const folder = emptyFolder()
    await create(folder, 'shop', '--template', template)
    const dockerfile = readFileSync(join(folder, 'shop/Dockerfile'), 'utf8')
    expect(dockerfile.match(/^FROM /gm)?.length).toBeGreaterThan(1)
    expect(dockerfile).toMatch(/^USER (?!root)/m)
    expect(dockerfile).toContain('--max-http-header-size=65536')
  })
})

test('--yes asks nothing, and neither does a shell without a terminal: my-app, express', async () => {
  for (const args of [['--yes'], []]) {
    const folder = emptyFolder()
    expect((await create(folder, ...args)).code).toBe(0)
    expect(readFileSync(join(folder, 'my-app/package.json'), 'utf8')).toContain('"@cognito-auth/express"')
  }
})

test('--no-infra leaves infra/ out', async () => {
  const folder = emptyFolder()
  expect((await create(folder, 'shop', '--no-infra')).code).toBe(0)
  expect(existsSync(join(folder, 'shop/infra'))).toBe(false)
  expect(existsSync(join(folder, 'shop/src/app.ts'))).toBe(true)
})

test('a name with words that Cognito keeps for itself has another domain', async () => {
  const folder = emptyFolder()
  expect((await create(folder, '2.aws-cognito')).code).toBe(0)
  const stack = readFileSync(join(folder, '2.aws-cognito/infra/stack.ts'), 'utf8')
  expect(stack).toContain('domainPrefix: `2-app-app-${this.account}`')
  expect(readFileSync(join(folder, '2.aws-cognito/infra/app.ts'), 'utf8')).toContain("'App2AwsCognito'")
})

test.each([
  ['../shop', /path/],
  ['./shop', /path/],
  ['/tmp/shop', /path/],
  [String.raw`a\b`, /path/],
  ['@me/shop', /path or a scope/],
  ['..', /path/],
  ['.', /path/],
  ['', /npm does not take/],
  ['Shop', /capital letters/],
  ['.shop', /period/],
  ['_shop', /underscore/],
  ['shop ', /spaces/],
  ['sh op', /URL-friendly/],
  ['node_modules', /not a valid package name/],
  ['http', /core module/],
  ['x'.repeat(215), /214/],
])('the name %j is refused in one sentence, and nothing is written', async (name, sentence) => {
  const folder = emptyFolder()
  const { code, stdout, stderr } = await create(folder, name, '--yes')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(sentence)
  expect(stderr.trimEnd()).not.toContain('\n')
  expect(readdirSync(folder)).toEqual([])
})

test('an empty folder is taken; one that is not, a file or a link is not', async () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'empty'))
  expect((await create(folder, 'empty')).code).toBe(0)

  mkdirSync(join(folder, 'full'))
  writeFileSync(join(folder, 'full/.hidden'), 'mine')
  writeFileSync(join(folder, 'file'), 'mine')
  mkdirSync(join(folder, 'elsewhere'))
  symlinkSync('elsewhere', join(folder, 'link'))
  for (const [name, sentence] of [
    ['full', /^The folder full is not empty$/m],
    ['file', /^file is there already, and is no folder$/m],
    ['link', /^link is a symbolic link/m],
  ] as const) {
    const { code, stderr } = await create(folder, name)
    expect(code).toBe(1)
    expect(stderr).toMatch(sentence)
  }
  expect(readdirSync(join(folder, 'full'))).toEqual(['.hidden'])
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual([])
  expect(readdirSync(folder).sort()).toEqual(['elsewhere', 'empty', 'file', 'full', 'link'])
})

test.each([
  [['shop', '--templte', 'koa'], /^Unknown option '--templte'\. Did you mean '--template'\?/],
  [['shop', '--template', 'expres'], /^Unknown template 'expres'\. Did you mean 'express'\?/],
  [['shop', '--template', 'constructor'], /^Unknown template/],
  [['shop', '--template'], /argument missing/],
  [['shop', 'other'], /^One app at a time/],
  [['shop', '--dry-run'], /^--dry-run is for update/],
  [['update', 'shop'], /^update takes no name/],
  [['update', '--template', 'koa'], /^update goes by the template/],
])('%j is not understood: exit code 2, nothing written', async (args, sentence) => {
  const folder = emptyFolder()
  const { code, stdout, stderr } = await create(folder, ...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^Usage: npm create @cognito-auth@latest/)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(sentence)
  expect(readdirSync(folder)).toEqual([])
})

test('--help and --version', async () => {
  const folder = emptyFolder()
  expect(await create(folder, '--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('--no-infra') as string,
  })
  expect((await create(folder, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
})
