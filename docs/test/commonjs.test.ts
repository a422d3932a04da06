/** The CommonJS builds: without `require(esm)`, as on Lambda's Node 20 and 22, and beside the ES modules in one process. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from './run.js'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html says that Lambda sets them. */
const LAMBDA_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module']

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, { readonly require?: { readonly default: string } }>>
}

const published = readdirSync(packages)
  .map((folder): Manifest & { folder: string } => ({
    ...(JSON.parse(readFileSync(`${packages}${folder}/package.json`, 'utf8')) as Manifest),
    folder,
  }))
  .filter((manifest) => manifest.private !== true)

const entries = published.flatMap(({ name, folder, exports }) =>
  Object.entries(exports)
    .filter(([path]) => path !== './package.json')
    .map(([path, conditions]) => ({
      what: name + path.slice(1),
      file: conditions.require && `${packages}${folder}/${conditions.require.default}`,
    })),
)

/** Frameworks that are ES modules only cannot be loaded with these flags at all: Nest 12, which is the one installed here. */
const ESM_FRAMEWORKS = /^@cognito-auth\/nestjs(?:\/|$)/

test('every package loads by require(), where Node cannot require ES modules', () => {
  expect(entries.map(({ what }) => what)).toContain('@cognito-auth/core/adapter')
  expect(entries.filter(({ file }) => file === undefined)).toEqual([])
  const files = entries.filter(({ what }) => !ESM_FRAMEWORKS.test(what)).map(({ file }) => file)
  const program = `for (const file of ${JSON.stringify(files)}) {
    const names = Object.keys(require(file))
    if (names.length === 0) throw new Error(file + ' exports nothing')
  }`
  expect(run('node', [...LAMBDA_FLAGS, '-e', program])).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

test('of Nest, only what is the framework’s own is not CommonJS', () => {
  const dist = `${packages}nestjs/dist/`
  const required = readdirSync(dist)
    .filter((file) => file.endsWith('.cjs'))
    .flatMap((file) =>
      [...readFileSync(dist + file, 'utf8').matchAll(/require\("([^.][^"]*)"\)/g)].map(([, name]) => name),
    )
    .filter((name) => name?.startsWith('node:') === false)
  expect(new Set(required.map((name) => name?.split('/')[0]))).toEqual(new Set(['@cognito-auth', '@nestjs']))
})

test('both builds in one process know each other’s classes, rules and users, and warn once', () => {
  const program = `
    import assert from 'node:assert/strict'
    import { createRequire } from 'node:module'
    import { createServer } from 'node:http'
    import * as esm from '@cognito-auth/core'
    import * as esmExpress from '@cognito-auth/express'
    import { createTestAlb } from '@cognito-auth/testing'
    import express from 'express'

    const require = createRequire(process.cwd() + '/x.js')
    const cjs = require('@cognito-auth/core')
    const cjsExpress = require('@cognito-auth/express')
    assert.notEqual(cjs.CognitoAuth, esm.CognitoAuth)

    const classes = Object.keys(esm).filter((name) => /^[A-Z][a-z]/.test(name) && typeof esm[name] === 'function')
    assert.ok(classes.includes('ConfigurationError') && classes.includes('Authoriser'))
    for (const [one, other] of [[esm, cjs], [cjs, esm]]) {
      for (const name of classes) {
        const instance = Object.create(one[name].prototype)
        assert.ok(instance instanceof other[name], name)
        const others = classes.filter((another) => instance instanceof other[another])
        assert.deepEqual(others, classes.filter((another) => instance instanceof one[another]), name)
      }
    }

    const warnings = []
    process.emitWarning = (message, { code }) => warnings.push(code)
    const banned = esm.createMockUser({ email: 'ada@example.com', emailVerified: false })
    cjs.createMockUser()
    assert.deepEqual(warnings, ['COGNITO_AUTH_MOCK_USER'])

    const alb = await createTestAlb()
    const authoriser = new cjs.Authoriser({ rules: [esm.not(cjs.emailRule(['ada@example.com']))] })
    const core = new esm.CognitoAuth({ ...alb.options, authoriser })
    assert.equal(await core.isAllowed(banned), false)

    const app = express()
    app.use(cjsExpress.cognitoAuth(core).protect())
    app.get('/', (req, res) => res.json([esmExpress.getUser(req).email, cjsExpress.getUser(req).email]))
    const server = createServer(app)
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = 'http://127.0.0.1:' + server.address().port
    const headers = await alb.headersFor({ email: 'bob@example.com' })
    assert.deepEqual(await (await fetch(url, { headers })).json(), ['bob@example.com', 'bob@example.com'])
    assert.equal((await fetch(url)).status, 401)
    server.close()
    server.closeAllConnections()
  `
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  expect(run('node', ['--input-type=module', '-e', program], { cwd })).toMatchObject({
    status: 0,
    stdout: '',
    stderr: '',
  })
})
