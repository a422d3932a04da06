import { join } from 'node:path'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Block, blocksOf } from './blocks.js'
import { writeBlocks } from './files.js'
import { readPage } from './pages.js'

const START = 'docs/start-here.md'

/** The apps that pages show whole, each a file that Node runs. */
const APPS = [
  { page: START, file: 'app.mjs' },
  { page: 'docs/express.md', file: 'app.mjs' },
  { page: 'docs/koa.md', file: 'app.mjs' },
  { page: 'docs/hono.md', file: 'app.mjs' },
  { page: 'docs/fastify.md', file: 'app.mjs' },
  { page: 'docs/nestjs.md', file: 'main.js' },
  { page: 'packages/express/README.md', file: 'app.mjs' },
  { page: 'packages/koa/README.md', file: 'app.mjs' },
  { page: 'packages/hono/README.md', file: 'app.mjs' },
  { page: 'packages/fastify/README.md', file: 'app.mjs' },
]

const startBlocks = blocksOf(readPage(START))

function codeNamed(name: string): string {
  const block = startBlocks.find((one) => one.name === name)
  if (block === undefined) throw new Error(`${START} has no ${name}`)
  return block.code
}

const users = JSON.parse(codeNamed('users.json')) as { email: string }[]
const isConfig = (block: Block): boolean => block.name === 'auth-config.json'

/** Some frameworks tell on the standard output that they have started. What goes wrong is on the other one. */
const QUIETLY = ['sh', '-c', 'exec "$@" >/dev/null', 'sh']

let alb: LocalAlb | undefined

afterEach(async () => {
  await alb?.stop()
  alb = undefined
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('the app of the page runs behind the local load balancer', () => {
  test.each(APPS)('$page', async ({ page, file }) => {
    const own = blocksOf(readPage(page)).filter((block) => !isConfig(block))
    const folder = writeBlocks(page, [...own, ...startBlocks.filter(isConfig)], '_app')
    // The config of the start page: what is not set already, the load balancer sets.
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', join(folder, 'auth-config.json'))
    vi.stubEnv('NODE_ENV', 'development')
    // On a busy machine the load balancer says that it waits for the app.
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const running = await startLocalAlb({ command: [...QUIETLY, 'node', join(folder, file)], users, port: 0 })
    alb = running

    const ask = async (path: string, email?: string): Promise<number> => {
      const headers = email === undefined ? undefined : { cookie: running.signIn(email).cookie }
      const response = await fetch(running.url + path, { redirect: 'manual', ...(headers && { headers }) })
      await response.text()
      return response.status
    }
    expect({
      ada: [await ask('/', 'ada@example.com'), await ask('/admin', 'ada@example.com')],
      dev: [await ask('/', 'dev@example.com'), await ask('/admin', 'dev@example.com')],
      guest: [await ask('/', 'guest@example.com'), await ask('/admin', 'guest@example.com')],
      nobody: [await ask('/'), await ask('/admin')],
      straight: (await fetch(running.appUrl)).status,
      health: (await fetch(`${running.appUrl}/health`)).status,
    }).toEqual({
      ada: [200, 200],
      dev: [200, 403],
      guest: [403, 403],
      nobody: [302, 302],
      straight: 401,
      health: 200,
    })
  })
})
