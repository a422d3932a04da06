import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { type Context, Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth } from '../src/index.js'
import { authoriser, listen } from './apps.js'

let alb: TestAlb
let site: string

beforeAll(async () => {
  alb = await createTestAlb()
  site = await mkdtemp(join(tmpdir(), 'cognito-auth-'))
  for (const folder of ['public', 'private']) {
    await mkdir(join(site, folder))
    await writeFile(join(site, folder, 'a.txt'), `${folder} file`)
  }
})

afterAll(async () => {
  await rm(site, { recursive: true })
})

describe.each([
  { what: 'a list', bypass: ['/public/*'] },
  { what: 'a predicate', bypass: (c: Context) => c.req.path.startsWith('/public/') },
])('of files behind $what', ({ bypass }) => {
  let origin: string

  beforeAll(async () => {
    const app = new Hono()
    app.use(cognitoAuth({ ...alb.options, authoriser }).protect({ bypass }))
    app.use(serveStatic({ root: relative(process.cwd(), site) }))
    origin = await listen(app)
  })

  test('the open ones are open', async () => {
    expect(await sendRaw(origin, { path: '/public/a.txt' })).toMatchObject({ status: 200, body: 'public file' })
  })

  test.each([
    '/private/a.txt',
    '/public/../private/a.txt',
    '/public/%2e%2e/private/a.txt',
    '/public/..%2fprivate/a.txt',
    '/public/..%5cprivate/a.txt',
    '/public//../private/a.txt',
    '//private/a.txt',
    '/%70rivate/a.txt',
    '/./private/a.txt',
    'http://x/public/a.txt',
  ])('%s is not', async (path) => {
    const { status, body } = await sendRaw(origin, { path })
    expect(status).toBe(401)
    expect(body).not.toContain('file')
  })
})
