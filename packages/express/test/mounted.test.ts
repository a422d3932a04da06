import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { cognitoAuth } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

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

describe.each(majors)('$version', ({ express }) => {
  const auth = (): ReturnType<typeof cognitoAuth> => cognitoAuth({ ...alb.options, authoriser })

  /** The warnings of some requests. */
  async function warningsOf(app: Express): Promise<string[]> {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const origin = await listen(app)
    for (let round = 0; round < 2; round += 1) await sendRaw(origin, { path: '/private/a.txt' })
    const codes = warn.mock.calls.map(([, options]) => (options as { code?: string } | undefined)?.code ?? '')
    warn.mockRestore()
    return codes.filter((code) => code === 'COGNITO_AUTH_MOUNTED')
  }

  test('files that are served past a mount path are warned of, once', async () => {
    const app = express().use('/private', auth().protect()).use(express.static(site))
    expect(await warningsOf(app)).toHaveLength(1)
  })

  test.each<[string, () => Express]>([
    ['the whole app', () => express().use(auth().protect(), express.static(site))],
    ['a router', () => express().use('/private', auth().protect(), express.static(join(site, 'private')))],
    [
      'a router of its own',
      () => express().use('/private', express.Router().use(auth().protect())).use('/public', express.static(site)),
    ],
    ['a mount behind the files', () => express().use(express.static(site)).use('/private', auth().protect())],
  ])('%s is not', async (_, makeApp) => {
    expect(await warningsOf(makeApp())).toEqual([])
  })

  test.each([
    '/public/../private/a.txt',
    '/public/%2e%2e/private/a.txt',
    '/public/..%2fprivate/a.txt',
    '/public/..%5cprivate/a.txt',
    '/public//../private/a.txt',
    '//private/a.txt',
    '/%70rivate/a.txt',
    '/./private/a.txt',
    '/private%2fa.txt',
  ])('%s is no way into a protected app whose /public is open', async (path) => {
    for (const bypass of [['/public/*'], (req: { path: string }) => req.path.startsWith('/public/')]) {
      const app = express().use(auth().protect({ bypass }), express.static(site))
      const origin = await listen(app)
      expect((await sendRaw(origin, { path: '/public/a.txt' })).body).toBe('public file')
      const response = await sendRaw(origin, { path })
      expect(response.body).not.toContain('private file')
      expect(response.status).toBe(401)
    }
  })
})
