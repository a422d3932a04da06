import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'

// The command as it is published: `npx pnpm test` builds first.
const CLI = new URL('../dist/cli.mjs', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'local-alb-'))
afterAll(() => rmSync(folder, { recursive: true }))

const APP = `require('node:http').createServer((req, res) => {
  if (req.url === '/exit') process.exit(7)
  res.end(JSON.stringify({ arn: process.env.COGNITO_AUTH_ALB_ARN, base: process.env.COGNITO_AUTH_LOCAL_ALB }))
}).listen(process.env.PORT)`

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** Runs the command; `ready` is its URL, `done` its exit code and what it said. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...env } })
  let said = ''
  const done = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, said })),
  )
  const ready = new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      const url = /Local load balancer on (\S+)/.exec(said)?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', () => reject(new Error(`it ended: ${said}`)))
  })
  ready.catch(() => undefined)
  return { child, ready, done }
}

/** That the app itself has ended, and not only what was started first. The system takes a moment to bury it. */
async function expectGone(port: string): Promise<void> {
  await vi.waitFor(async () => await expect(fetch(`http://localhost:${port}`)).rejects.toThrow('fetch failed'), 10_000)
}

const command = ['--', process.execPath, file('app.cjs', APP)]
const publicEverything = file('config.json', { _comment: 'no sign-in', rules: [{ path: '/*', action: 'none' }] })

describe('local-alb -- <command>', () => {
  test('starts the app with the environment set, and stops it with itself', async () => {
    const { child, ready, done } = run(['--port', '0', '--config', publicEverything, ...command])
    const url = await ready
    const answer = (await (await fetch(url)).json()) as { arn: string; base: string }
    expect(answer.arn).toMatch(/^arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer\/app\//)
    expect(answer.base).toBe(url)
    child.kill('SIGTERM')
    expect((await done).code).toBe(143)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  test('leaves what the user has set as it is, but for its own address', async () => {
    const env = { COGNITO_AUTH_ALB_ARN: 'mine', COGNITO_AUTH_LOCAL_ALB: 'http://localhost:1' }
    const { child, ready, done } = run(['--port', '0', '--config', publicEverything, ...command], env)
    const url = await ready
    expect(await (await fetch(url)).json()).toEqual({ arn: 'mine', base: url })
    child.kill('SIGINT')
    expect((await done).code).toBe(130)
  })

  test('ends with the exit code of the app', async () => {
    const { ready, done } = run(['--port', '0', '--config', publicEverything, ...command])
    // The answer may be a 502 or nothing: the load balancer goes down with the app.
    await fetch(`${await ready}/exit`).catch(() => undefined)
    expect((await done).code).toBe(7)
  })

  test('says that the app exited before it listened', async () => {
    const { done } = run(['--port', '0', '--', process.execPath, '-e', 'process.exit(3)'])
    expect(await done).toMatchObject({ code: 1, said: expect.stringContaining('exited with code 3') as string })
  })

  test('says which command there is not', async () => {
    const { done } = run(['--port', '0', '--', 'no-such-command'])
    expect(await done).toMatchObject({ code: 1, said: expect.stringContaining('is there a command no-such') as string })
  })

  test('says that the port of the app is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const { done } = run(['--port', '0', '--app-port', String(port), ...command])
    expect(await done).toMatchObject({
      code: 1,
      said: expect.stringContaining(`port ${port} of the app is in use`) as string,
    })
    other.close()
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on, to the child of a child too', async (signal) => {
    // As `npm run` does: a shell that starts node. The app tells its pid, and ends by its own choice.
    const marker = join(folder, signal)
    const app = file(
      `${signal}.cjs`,
      `process.once('${signal}', () => { require('node:fs').writeFileSync(${JSON.stringify(marker)}, ''); process.exit(0) })
      require('node:http').createServer((req, res) => res.end(process.env.PORT)).listen(process.env.PORT)`,
    )
    const shell = ['--', 'sh', '-c', `${process.execPath} ${app}; exit 9`]
    const { child, ready, done } = run(['--port', '0', '--config', publicEverything, ...shell])
    const port = await (await fetch(await ready)).text()
    child.kill(signal)
    const { code } = await done
    expect(existsSync(marker)).toBe(true)
    // The shell may die of the signal, or live to say 9.
    expect([9, { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]]).toContain(code)
    await expectGone(port)
  })

  test('asked twice, it does not wait for an app that will not end, and leaves none of it', async () => {
    const app = file(
      'stubborn.cjs',
      `process.on('SIGTERM', () => console.log('no'))
      require('node:http').createServer((req, res) => res.end(process.env.PORT)).listen(process.env.PORT)`,
    )
    const started = run(['--port', '0', '--config', publicEverything, '--', process.execPath, app])
    const port = await (await fetch(await started.ready)).text()
    const refused = new Promise((resolve) => started.child.stdout.on('data', resolve))
    started.child.kill('SIGTERM')
    await refused
    started.child.kill('SIGTERM')
    expect((await started.done).code).toBe(143)
    await expectGone(port)
  })

  test('stops at once while the app is still starting', async () => {
    const { child, done } = run([
      '--port',
      '0',
      '--',
      process.execPath,
      '-e',
      'console.log("begun"); setInterval(() => {}, 1000)',
    ])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGINT')
    expect((await done).code).toBe(130)
  })

  test('says that the port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const { done } = run(['--port', String(port), ...command])
    expect(await done).toMatchObject({
      code: 1,
      said: `local-alb: port ${port} is in use. Stop what listens there, or choose another with --port\n`,
    })
    other.close()
  })
})

describe('a mistake', () => {
  test.each([
    { what: 'nothing to forward to', args: [], code: 2, says: /--target, or its command after --/ },
    { what: 'an unknown option', args: ['--prot', '1'], code: 2, says: /--prot/ },
    { what: 'a port that is none', args: ['--port', 'x'], code: 2, says: /--port must be a whole number/ },
    { what: 'a target that is no URL', args: ['--target', 'x'], code: 2, says: /target must be a URL/ },
    { what: 'an unknown fault', args: ['--fault', 'x'], code: 2, says: /there is no fault "x"/ },
    { what: 'a users file that is not there', args: ['--users', '/no'], code: 2, says: /\/no cannot be read/ },
    { what: 'users that are no JSON', args: ['--users', file('a', '{')], code: 2, says: /is not JSON/ },
    { what: 'no users', args: ['--users', file('b', [])], code: 2, says: /must name at least one user/ },
    { what: 'a user without e-mail', args: ['--users', file('c', [{}])], code: 2, says: /users\[0\]/ },
    { what: 'a bad e-mail', args: ['--users', file('d', [{ email: 'x' }])], code: 2, says: /users\[0\]\.email/ },
    { what: 'an unknown key in the config', args: ['--config', file('e', { usrs: [] })], code: 2, says: /usrs/ },
    { what: 'a bad rule', args: ['--config', file('f', { rules: [{}] })], code: 2, says: /rules\[0\] must be like/ },
  ])('is a sentence and no stack: $what', async ({ args, code, says }) => {
    const result = await run(args).done
    expect(result.code).toBe(code)
    expect(result.said).toMatch(says)
    expect(result.said).toMatch(/^local-alb: [^\n]*\n$/)
  })
})

test('--help names every option', async () => {
  const { code, said } = await run(['--help']).done
  expect(code).toBe(0)
  for (const option of [
    'users',
    'port',
    'target',
    'app-port',
    'config',
    'session',
    'timeout',
    'logout-url',
    'fault',
    'health-path',
  ])
    expect(said).toContain(`--${option} `)
})
