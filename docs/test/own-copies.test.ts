/** Of what core holds a copy, an app may have another, and set it up as it likes. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from './run.js'

const docs = fileURLToPath(new URL('..', import.meta.url))
const dist = fileURLToPath(new URL('../../packages/core/dist/', import.meta.url))

/** Finds two mistakes in lists, beside an app's own valibot that stops at the first. */
const APP = `
  setGlobalConfig({ abortEarly: true })
  try {
    Authoriser.fromLists({ allowedUsers: [5], allowedGroups: 'staff' })
  } catch ({ name, message }) {
    console.log(name, message.includes('allowedUsers'), message.includes('allowedGroups'))
  }`

test.each([
  [
    'import',
    ['--input-type=module'],
    `import { setGlobalConfig } from 'valibot'
     import { Authoriser } from '@cognito-auth/core'`,
  ],
  [
    'require()',
    ['--input-type=commonjs'],
    `const { setGlobalConfig } = require('valibot')
     const { Authoriser } = require('@cognito-auth/core')`,
  ],
])('what an app sets in its valibot changes nothing in core, by %s', (_how, flags, imports) => {
  expect(run('node', [...flags, '-e', imports + APP], { cwd: docs })).toMatchObject({
    status: 0,
    stdout: 'ConfigurationError true true\n',
  })
})

test.each([
  ['ES modules', '.mjs', /(?:from|import\() ?"([^."][^"]*)"/g, ['jose']],
  ['CommonJS', '.cjs', /require\("([^."][^"]*)"\)/g, []],
])(
  'the %s of core load Node, the optional SDK, and of others only what the manifest names',
  (_what, end, load, others) => {
    const code = readdirSync(dist).filter((file) => file.endsWith(end))
    const loaded = code.flatMap((file) =>
      [...readFileSync(dist + file, 'utf8').matchAll(load)].map(([, name]) => name ?? ''),
    )
    const packages = new Set(
      loaded.filter((name) => !name.startsWith('node:')).map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]),
    )
    expect([...packages].toSorted()).toEqual(['@aws-sdk/client-secrets-manager', ...others])
  },
)

test('the licence of each copy comes with it, and tells the version', () => {
  const names = readdirSync(`${dist}licences`).map((file) => file.replace(/@\d+\.\d+\.\d+\.txt$/, ''))
  expect(names).toEqual(['jose', 'valibot'])
})
