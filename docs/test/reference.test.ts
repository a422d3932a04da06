/** What pages say of options, variables, errors and flags is what the code says: neither may drift. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as core from '@cognito-auth/core'
import * as localAlb from '@cognito-auth/local-alb'
import * as testing from '@cognito-auth/testing'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { sidebar } from '../.vitepress/sidebar.js'
import { EXIT } from '../../packages/cli/src/outcome.js'
import { COGNITO_AUTH_OPTIONS } from '../../packages/core/src/cognito-auth-options.js'
import { authEntries, VARIABLE_NAMES, VARIABLES } from '../../packages/core/src/options/table.js'
import { allPages, readPage, ROOT, sitePages } from './pages.js'
import { run } from './run.js'
import { codeIn, tableOf } from './tables.js'

const packages = readdirSync(join(ROOT, 'packages'))
  .map((name) => `packages/${name}`)
  .filter((folder) => !readFileSync(join(ROOT, folder, 'package.json'), 'utf8').includes('"private": true'))
const configuration = readPage('docs/configuration.md')

function source(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Members of a union of texts in a source file. */
function unionIn(path: string, name: string): string[] {
  const [, union = ''] = new RegExp(`type ${name} =([^;]*?)(?:\\n\\n|$)`).exec(source(path)) ?? []
  return [...union.matchAll(/'(\w+)'/g)].map(([, member = '']) => member)
}

describe('the table of options', () => {
  const rows = tableOf(configuration, 'option')

  test('has every option, and no other', () => {
    expect(rows.flatMap((row) => codeIn(row['option'])).toSorted()).toEqual([...COGNITO_AUTH_OPTIONS].toSorted())
  })

  test('has the variable of each', () => {
    const told = Object.fromEntries(
      rows.map((row) => [codeIn(row['option'])[0], codeIn(row['variable']).join(' or ') || undefined]),
    )
    expect(told).toEqual(Object.fromEntries(COGNITO_AUTH_OPTIONS.map((option) => [option, VARIABLES[option]])))
  })

  test('has the default of each that has one in code', () => {
    const defaults = Object.entries(v.getDefaults(v.object(authEntries))).filter(([, value]) => value !== undefined)
    const told = Object.fromEntries(rows.map((row) => [codeIn(row['option'])[0], row['default']?.replaceAll('`', '')]))
    expect(Object.fromEntries(defaults.map(([option]) => [option, told[option]]))).toEqual(
      Object.fromEntries(defaults.map(([option, value]) => [option, value === false ? 'off' : String(value)])),
    )
  })
})

test('every variable that is read is told in the configuration page', () => {
  expect(VARIABLE_NAMES.filter((name) => !configuration.text.includes(`\`${name}`))).toEqual([])
})

/** Codes of process warnings. */
const warnings = packages
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, 'src', name),
    ),
  )
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  // As a member, or as the last argument of a function of Nest's package that warns.
  .flatMap((path) => [...source(path).matchAll(/code: '(COGNITO_AUTH_\w+)'|['`],\s+'(COGNITO_AUTH_\w+)',?\s+\)/g)])
  .map(([, member, argument]) => member ?? argument ?? '')

test('the page of operations has every warning', () => {
  expect(warnings.length).toBeGreaterThan(0)
  const told = tableOf(readPage('docs/operations.md'), 'code').flatMap((row) => codeIn(row['code']))
  expect(told.toSorted()).toEqual([...new Set(warnings)].toSorted())
})

test('no page names a variable that nothing reads', () => {
  const known = new Set([...VARIABLE_NAMES, ...warnings])
  const named = allPages.flatMap(({ path, text }) =>
    // Output of a command may show a misspelt one.
    [...text.replaceAll(/^```console$[^`]*^```$/gm, '').matchAll(/COGNITO_AUTH_\w*[A-Z]/g)].map(([name]) => ({
      path,
      name,
    })),
  )
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter(({ name }) => !known.has(name))).toEqual([])
})

describe('the page of errors', () => {
  const page = readPage('docs/errors.md')
  const rows = tableOf(page, 'class')
  const classes = Object.entries(core).filter(
    ([name, value]) =>
      name.endsWith('Error') && typeof value === 'function' && !/^(CognitoAuth|Authentication)Error$/.test(name),
  )

  test('has every class', () => {
    expect(rows.flatMap((row) => codeIn(row['class'])).toSorted()).toEqual(classes.map(([name]) => name).toSorted())
  })

  test('has every code, with its status', () => {
    expect(rows.flatMap((row) => codeIn(row['code'])).toSorted()).toEqual(
      unionIn('packages/core/src/errors.ts', 'ErrorCode').toSorted(),
    )
    const status = Object.fromEntries(rows.map((row) => [codeIn(row['class'])[0], row['status']]))
    const errors = [
      new core.MissingTokenError(['x-amzn-oidc-data']),
      new core.InvalidTokenError('signer', ''),
      new core.ExpiredTokenError(''),
      new core.KeysUnavailableError(''),
      new core.ConfigUnavailableError(''),
      new core.ConfigurationError(''),
    ]
    for (const error of errors) expect([error.name, status[error.name]]).toEqual([error.name, String(error.status)])
    expect(status['AccessDeniedError']).toBe('403')
  })

  test('has every reason, as has the README of core', () => {
    const reasons = unionIn('packages/core/src/errors.ts', 'InvalidTokenReason').toSorted()
    expect(reasons).toContain('signer')
    const told = tableOf(page, 'reason').flatMap((row) => codeIn(row['reason']))
    expect(told.toSorted()).toEqual(reasons)
    const inReadme = tableOf(readPage('packages/core/README.md'), '`reason`').flatMap((row) => codeIn(row['`reason`']))
    expect(inReadme.toSorted()).toEqual(reasons)
  })
})

test('the page of operations has every channel', () => {
  const channels = [...source('packages/core/src/events.ts').matchAll(/^ {2}'(cognito-auth:\w+)': \w+Event$/gm)].map(
    ([, name = '']) => name,
  )
  expect(channels.length).toBeGreaterThan(0)
  expect(tableOf(readPage('docs/operations.md'), 'channel').flatMap((row) => codeIn(row['channel']))).toEqual(channels)
})

test('the page of rules has every key of the config', () => {
  const known = [
    ...source('packages/core/src/config/auth-config.ts').matchAll(/^ {2}(\w+_\w+): (?:listOf|flag)\(/gm),
  ].map(([, key = '']) => key)
  expect(known).toContain('allowed_groups')
  expect(tableOf(readPage('docs/rules.md'), 'key').flatMap((row) => codeIn(row['key']))).toEqual(known)
})

test('pages have every fault', () => {
  const faults = tableOf(readPage('docs/local-alb.md'), 'fault').flatMap((row) => codeIn(row['fault']))
  expect(faults.toSorted()).toEqual(Object.keys(localAlb.FAULTS).toSorted())
  const { text } = readPage('docs/testing.md')
  expect(testing.FAULTS.filter((fault) => !text.includes(`\`${fault}\``))).toEqual([])
})

describe('every flag of the help is told', () => {
  test.each([
    ['local-alb', 'docs/local-alb.md'],
    ['cli', 'packages/cli/README.md'],
    ['cli', 'docs/cli.md'],
  ])('of %s in %s', (name, page) => {
    const cli = join(ROOT, `packages/${name}/dist/cli.mjs`)
    const { stdout } = run(process.execPath, [cli, '--help'])
    const flags = [...stdout.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag = '']) => flag)
    expect(flags.length).toBeGreaterThan(1)
    const { text } = readPage(page)
    expect(flags.filter((flag) => flag !== '--help' && !text.includes(`\`${flag}`))).toEqual([])
  })
})

test.each(['packages/cli/README.md', 'docs/cli.md'])('%s has every check and exit code', (path) => {
  const [, union = ''] = /readonly check:([^/]*)/.exec(source('packages/cli/src/checks/finding.ts')) ?? []
  const checks = [...union.matchAll(/'([\w-]+)'/g)].map(([, check = '']) => check)
  expect(checks).toContain('clock')
  const page = readPage(path)
  expect(tableOf(page, 'check').flatMap((row) => codeIn(row['check']))).toEqual(checks)
  expect(tableOf(page, 'code').map((row) => Number(row['code']))).toEqual(Object.values(EXIT))
})

describe('every exported name is told', () => {
  /** Whether a page names something as code: alone, called, or as a member of `alb`. */
  function isTold(text: string, name: string): boolean {
    return new RegExp(`\`[^\`\n]*\\b${name}\\b[^\`\n]*\``).test(text)
  }

  test.each(['docs/testing.md', 'packages/testing/README.md'])('of testing, in %s', async (path) => {
    const alb = await testing.createTestAlb()
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(alb)).filter((name) => name !== 'constructor')
    const names = [...Object.keys(testing), ...Object.keys(alb), ...methods]
    expect(names).toContain('signAlbToken')
    const { text } = readPage(path)
    expect(names.filter((name) => !isTold(text, name))).toEqual([])
  })

  test.each(['docs/local-alb.md'])('of local-alb, in %s', async (path) => {
    const alb = await localAlb.startLocalAlb({ target: 'http://localhost:1', port: 0 })
    await alb.stop()
    const names = [...Object.keys(localAlb), ...Object.keys(alb)]
    expect(names).toContain('setUsers')
    const { text } = readPage(path)
    // A README shows some of them in use.
    expect(names.filter((name) => !isTold(text, name) && !text.includes(`alb.${name}`))).toEqual([])
  })
})

test.each(packages)('the API reference has every entry point of %s', (folder) => {
  const own = join(ROOT, folder, 'typedoc.json')
  const { entryPoints } = JSON.parse(
    existsSync(own) ? readFileSync(own, 'utf8') : JSON.stringify({ entryPoints: ['src/index.ts'] }),
  ) as { entryPoints: string[] }
  const { exports } = JSON.parse(source(join(folder, 'package.json'))) as { exports: object }
  const names = Object.keys(exports)
    .filter((name) => name !== './package.json')
    .map((name) => name.replace(/^\.\/?/, '') || 'index')
  expect(entryPoints.map((path) => path.replace(/^src\/(.*?)(?:\/index)?\.ts$/, '$1'))).toEqual(names)
})

describe('links', () => {
  test('every page of the site is in its sidebar', () => {
    const linked = sidebar.flatMap(({ items }) => items.map(({ link }) => (link === '/' ? '/index' : link)))
    const pages = sitePages.map(({ path }) => path.replace(/^docs(.*)\.md$/, '$1'))
    expect(pages.toSorted()).toEqual(linked.filter((link) => link !== '/api/').toSorted())
  })

  // The site's own links are checked by its build.
  test('what a README links to is there', () => {
    const links = allPages.flatMap(({ path, text }) =>
      sitePages.some((page) => page.path === path)
        ? []
        : [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target = '']) => ({ path, target })),
    )
    const own = links.filter(({ target }) => !/^[a-z]+:/.test(target))
    expect(own.length).toBeGreaterThan(0)
    const missing = own
      .map(({ path, target }) => join(dirname(path), target))
      .filter((path) => !existsSync(join(ROOT, path)))
    expect(missing).toEqual([])
  })

  const readmes = packages.map((folder) => readPage(`${folder}/README.md`))

  // npm shows images of the repository, once the manifest names it, and leads nowhere with other relative links.
  test('a README that is read on npm has no relative link but to images', () => {
    const links = readmes.flatMap(({ path, text }) =>
      [...text.matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, image = '', target = '']) => ({
        path,
        image,
        target,
      })),
    )
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter(({ image, target }) => image === '' && !/^(?:https:|#)/.test(target))).toEqual([])
  })

  test('a link to a package of ours on npm leads to a heading of its README', () => {
    const links = allPages.flatMap(({ text }) =>
      [...text.matchAll(/https:\/\/www\.npmjs\.com\/package\/@cognito-auth\/([\w-]+)(?:#([\w-]+))?/g)].map(
        ([url, name = '', anchor]) => ({ url, name, anchor }),
      ),
    )
    expect(links.length).toBeGreaterThan(0)
    const dead = links.filter(({ name, anchor }) => {
      const text = readmes.find(({ path }) => path === `packages/${name}/README.md`)?.text
      const slugs = [...(text ?? '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      )
      return text === undefined || (anchor !== undefined && !slugs.includes(anchor))
    })
    expect(dead).toEqual([])
  })
})
