import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { QUICKLY } from './quickly.js'

// What is published: `npx pnpm test` builds first.
const DIST = new URL('../dist/', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'local-alb-lifetime-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const app = (name: string, code: string): string[] => {
  const path = file(
    name,
    `${code}
    const server = require('node:http').createServer((req, res) => res.end('here'))
    server.listen(process.env.PORT, () => console.log('app on ' + process.env.PORT))`,
  )
  // Behind a shell, as `npm run` starts it.
  return ['sh', '-c', `${process.execPath} ${path}; exit 9`]
}
const COMMAND = app('polite.cjs', '')
/** Outlives a polite request. */
const STUBBORN = app('stubborn.cjs', "process.on('SIGTERM', () => console.log('no'))")

/** Ends what it has started in a group of its own when it is asked to end, as the gateway does with its app. */
const KEEPER = [
  process.execPath,
  file(
    'keeper.cjs',
    `const [program, ...args] = ${JSON.stringify(app('kept.cjs', ''))}
    const kept = require('node:child_process').spawn(program, args, { detached: true, stdio: 'inherit' })
    process.once('SIGTERM', () => {
      process.kill(-kept.pid, 'SIGKILL')
      process.exit()
    })`,
  ),
]

/** Waits until the app says its port. */
async function portOf(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let said = ''
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      const port = /app on (\d+)/.exec(said)?.[1]
      if (port !== undefined && said.includes('ready')) resolve(port)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('close', () => reject(new Error(`it ended: ${said}`)))
  })
}

async function expectGone(port: string): Promise<void> {
  const gone = async () => await expect(fetch(`http://localhost:${port}`)).rejects.toThrow('fetch failed')
  await vi.waitFor(gone, 20_000)
}

describe('the app does not outlive', () => {
  const cli = (command: readonly string[], options: { detached?: boolean } = {}): ChildProcess => {
    const args = [...QUICKLY, fileURLToPath(new URL('cli.mjs', DIST)), '--port', '0', '--', ...command]
    const child = spawn(process.execPath, args, options)
    // Its first sentence comes when the app listens.
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Local load balancer on')) child.stdout?.emit('data', 'ready')
    })
    return child
  }

  test.each(['SIGQUIT', 'SIGUSR2', 'SIGKILL'] as const)('the command that gets %s', async (signal) => {
    const child = cli(COMMAND)
    const port = await portOf(child)
    child.kill(signal)
    await expectGone(port)
  })

  test('the package manager that started the command, which hands no signal on', async () => {
    const args = [...QUICKLY, fileURLToPath(new URL('cli.mjs', DIST)), '--port', '0', '--', ...COMMAND]
    const manager = file(
      'manager.cjs',
      `require('node:child_process').spawn(process.execPath, ${JSON.stringify(args)}, { stdio: 'inherit', detached: true })`,
    )
    const child = spawn(process.execPath, [manager], { env: { ...process.env, npm_config_user_agent: 'npm/11' } })
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Local load balancer on')) child.stdout.emit('data', 'ready')
    })
    const port = await portOf(child)
    child.kill('SIGKILL')
    await expectGone(port)
  })

  test('the command whose whole group is killed, as Playwright ends its web server', async () => {
    const child = cli(STUBBORN, { detached: true })
    const port = await portOf(child)
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await expectGone(port)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'a script that uses the API and gets %s without a handler',
    async (signal) => {
      const script = file(
        'script.mjs',
        `import { startLocalAlb } from ${JSON.stringify(new URL('index.mjs', DIST).href)}
        await startLocalAlb({ port: 0, command: ${JSON.stringify(COMMAND)} })
        console.log('ready')`,
      )
      const child = spawn(process.execPath, [...QUICKLY, script])
      const port = await portOf(child)
      child.kill(signal)
      await expectGone(port)
    },
  )
})

test('a script that just exits leaves nothing of what the app has started in a group of its own', async () => {
  const script = file(
    'exits.mjs',
    `import { startLocalAlb } from ${JSON.stringify(new URL('index.mjs', DIST).href)}
    await startLocalAlb({ port: 0, command: ${JSON.stringify(KEEPER)} })
    console.log('ready')
    process.stdin.once('end', () => process.exit()).resume()`,
  )
  const child = spawn(process.execPath, [...QUICKLY, script])
  const port = await portOf(child)
  child.stdin.end()
  await expectGone(port)
})

test('a script that has stopped it ends by itself: nothing is left open', async () => {
  const script = file(
    'stopped.mjs',
    `import { startLocalAlb } from ${JSON.stringify(new URL('index.mjs', DIST).href)}
    const app = 'require("node:http").createServer((req, res) => res.end()).listen(process.env.PORT)'
    const alb = await startLocalAlb({ port: 0, command: [process.execPath, '-e', app] })
    await alb.stop()`,
  )
  const child = spawn(process.execPath, [...QUICKLY, script])
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
})
