import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestAlb } from '@cognito-auth/testing'
import { build, type Format } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLambdaAuth } from '../src/index.js'

const ENTRY = `
import { Authoriser, createLambdaAuth } from '../src/index.js'
const { options, keys } = JSON.parse(process.env.GIVEN)
const fetch = async (url) => new Response(keys[url] ?? '', { status: url in keys ? 200 : 404 })
const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
const { withUser } = createLambdaAuth({ ...options, fetch, authoriser })
export const handler = withUser(async (event, { user }) => ({ statusCode: 200, body: user.email }))
`

/** Calls the handler of a bundle with each event, in a process of its own. */
const runner = (bundle: string): string => `
const { handler } = await import(${JSON.stringify(bundle)})
const results = []
for (const event of JSON.parse(process.env.GIVEN).events) results.push(await handler(event, {}))
console.log(JSON.stringify(results.map(({ statusCode, body }) => [statusCode, body])))
`

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambda-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each<{ format: Format; extension: string }>([
  { format: 'cjs', extension: 'cjs' },
  { format: 'esm', extension: 'mjs' },
])('bundled as NodejsFunction of the CDK does, $format, a function allows and refuses', async (row) => {
  const outfile = join(folder, `index.${row.extension}`)
  await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    outfile,
    format: row.format,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*', '@smithy/*'],
    logLevel: 'silent',
  })
  writeFileSync(join(folder, `${row.format}.mjs`), runner(outfile))

  const alb = await createTestAlb()
  const { fetch, ...options } = alb.options
  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  // Verified once here, to learn which keys are fetched: the other process has no access to them.
  await createLambdaAuth({ ...alb.options, authoriser: null }).core.requireUser(headers)
  const bodies = alb.requests.map(async (url) => [url, await (await fetch(url)).text()] as const)
  const keys = Object.fromEntries(await Promise.all(bodies))
  const event = { httpMethod: 'GET', path: '/', body: '', isBase64Encoded: false }
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, [one]]))
  const events = [
    { ...event, headers },
    { ...event, multiValueHeaders },
    { ...event, headers: {} },
    { ...event, headers: await alb.headersFor({ email: 'x@example.com' }) },
    { ...event, headers: await alb.headersFor({ email: 'x@example.com' }, { fault: 'bad_signature' }) },
  ]
  const output = execFileSync(process.execPath, [join(folder, `${row.format}.mjs`)], {
    encoding: 'utf8',
    env: { GIVEN: JSON.stringify({ options, keys, events }) },
  })
  const results = JSON.parse(output) as [number, string][]
  expect(results.map(([status]) => status)).toEqual([200, 200, 401, 403, 401])
  expect(results.slice(0, 2).map(([, body]) => body)).toEqual(['dev@example.com', 'dev@example.com'])
})
