import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@cognito-auth/http-kit/ports'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { exchange, head } from './stage.js'

const CLI = join(import.meta.dirname, '..', 'dist', 'cli.mjs')
const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
const started: ChildProcess[] = []

/** Requests without tokens reach the app, so that these tests need no load balancer: everything that is tested here is a process. */
const OPEN = ['--bypass', '/', '--bypass', '/slow', '--bypass', '/env', '--bypass', '/pid']
const APP = `
const http = require('node:http')
const [port] = process.argv.slice(2)
console.log('app: started')
console.error('app: complains')
const server = http.createServer((req, res) => {
  if (req.url === '/slow') {
    console.log('app: slow')
    return setTimeout(() => res.end('slow'), 1500)
  }
  if (req.url === '/env') return res.end(JSON.stringify({ env: process.env, args: process.argv.slice(2) }))
  if (req.url === '/pid') return res.end(String(process.pid))
  res.end('ok')
}).listen(Number(port ?? process.env.PORT), process.env.HOST)
process.on('SIGTERM', () => {
  if (process.env.STUBBORN) return console.log('app: no')
  console.log('app: ends')
  server.close()
  server.closeAllConnections()
  process.exit(Number(process.env.CODE ?? 0))
})
`
writeFileSync(join(folder, 'app.cjs'), APP)
writeFileSync(join(folder, 'config.json'), '{"allowed_groups":["developers"]}')

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // Not SIGKILL, of which the gateway could not tell its app: that would be left running.
    child.kill('SIGINT')
    await ended
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Run {
  readonly child: ChildProcess
  readonly url: string
  readonly port: number
  output: string
  errors: string
  exitCode(): Promise<number | null>
}

const ENV = {
  PATH: process.env['PATH'],
  COGNITO_AUTH_ALB_ARN: 'arn:aws:elasticloadbalancing:eu-west-2:123456789012:loadbalancer/app/my-alb/0123456789abcdef',
  COGNITO_AUTH_CONFIG_PATH: join(folder, 'config.json'),
}

/** Runs the command. @param until what it says when it is there. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  until = /listening on (\S+)/,
): Promise<Run> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...ENV, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const state = { output: '', errors: '' }
  child.stdout.on('data', (chunk: Buffer) => (state.output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (state.errors += chunk.toString()))
  while (child.exitCode === null && !until.test(state.errors)) await sleep(10)
  const url = /listening on (\S+)/.exec(state.errors)?.[1] ?? ''
  return Object.assign(state, {
    child,
    url,
    port: Number(url.split(':').at(-1)),
    exitCode: async () => await exited,
  })
}

const LISTEN = ['--listen', '127.0.0.1:0']

/** An app behind a gateway, that answers. */
async function runApp(options: readonly string[] = [], env: Record<string, string> = {}, command?: readonly string[]) {
  const app = command ?? [process.execPath, join(folder, 'app.cjs')]
  const one = await run([...LISTEN, ...OPEN, ...options, '--', ...app], env)
  await answers(one)
  return one
}

async function answers({ url }: Run): Promise<void> {
  await expect.poll(async () => (await sendRaw(url, { path: '/' })).status, { timeout: 10_000 }).toBe(200)
}

test('a reader of the log that ends, ends nothing else', async () => {
  const one = await run([...LISTEN, '--upstream', 'http://127.0.0.1:1', '--access-log'])
  one.child.stdout?.destroy()
  one.child.stderr?.destroy()
  for (const path of ['/a', '/b', '/c']) expect(await sendRaw(one.url, { path })).toMatchObject({ status: 401 })
  one.child.kill('SIGTERM')
  expect(await one.exitCode()).toBe(0)
})

describe('usage', () => {
  test.each([
    [['--bypas', '/health'], 2, /Unknown option '--bypas'\. Did you mean '--bypass'\?/],
    [['--client-idd', 'x'], 2, /Unknown option '--client-idd'\. Did you mean '--client-id'\?/],
    [['-x'], 2, /Unknown option '-x'/],
    [['streamlit', 'run'], 2, /Unknown argument 'streamlit'\. The command of the app comes after --/],
    [['--listen'], 1, /--listen/],
    [['--listen', '--verify-only'], 1, /--listen/],
    [['--verify-only=yes'], 1, /--verify-only/],
    [['--upstream', 'http://example.com'], 1, /upstream must be https/],
    [['--upstream', 'http://127.0.0.1:1', '--timeout-seconds', 'x'], 1, /--timeout-seconds must be a number/],
    [['--upstream', 'http://127.0.0.1:1', '--listen', 'x'], 1, /listen must be/],
    [['--upstream', 'http://127.0.0.1:1', '--identity', 'x'], 1, /identity must be one of/],
    [
      ['--upstream', 'http://127.0.0.1:1', '--identity', 'remote', '--identity-email', 'X-E'],
      1,
      /cannot be used together/,
    ],
    [['--upstream', 'http://127.0.0.1:1', '--assertion-issuer', 'x'], 1, /assertion\.audience is required/],
    [
      ['--upstream', 'http://127.0.0.1:1', '--assertion-audience', 'x', '--assertion-key-file', '/nowhere'],
      1,
      /cannot be read \(ENOENT\)/,
    ],
    [['--upstream', 'http://127.0.0.1:1', '--authoriser', 'everyone'], 1, /--authoriser can only be null/],
    [['--upstream', 'http://127.0.0.1:1', '--error-page', 'page.html'], 1, /--error-page can only be false/],
    [['--upstream', 'http://127.0.0.1:1', '--alb-arn', 'x'], 1, /albArn/],
    [[], 1, /upstream is required/],
    [['--', 'no-such-program-x'], 1, /is there a command no-such-program-x\?/],
  ])('%j ends with %i', async (args, code, message) => {
    const one = await run([...(args[0] === '--listen' ? [] : LISTEN), ...args])
    expect(await one.exitCode()).toBe(code)
    expect(one.errors).toMatch(message)
    expect(one.errors).toMatch(/^gateway: [^\n]*\n$/)
    expect(one.output).toBe('')
  })

  test('--help and --version', async () => {
    const help = await run(['--help'])
    expect(await help.exitCode()).toBe(0)
    expect(help.output).toContain('--upstream <url>')
    const version = await run(['--version'])
    expect(await version.exitCode()).toBe(0)
    expect(version.output).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('a port in use is said', async () => {
    const first = await run([...LISTEN, '--verify-only'])
    const second = await run(['--verify-only', '--listen', `127.0.0.1:${first.port}`])
    expect(await second.exitCode()).toBe(1)
    expect(second.errors).toMatch(/the port is in use/)
  })
})

/** Environment and arguments that the app got. */
async function seenBy({ url }: Run): Promise<{ env: Record<string, string>; args: string[] }> {
  return JSON.parse((await sendRaw(url, { path: '/env' })).body) as { env: Record<string, string>; args: string[] }
}

describe('the app', () => {
  test('gets a port, in each way that frameworks read one, and an address that others cannot reach', async () => {
    const { env, args } = await seenBy(
      await runApp([], {}, [process.execPath, join(folder, 'app.cjs'), '{port}', 'a{port}b{port}']),
    )
    const port = env['PORT'] ?? ''
    expect(Number(port)).toBeGreaterThan(0)
    expect(args).toEqual([port, `a${port}b${port}`])
    expect(env).toMatchObject({
      HOST: '127.0.0.1',
      STREAMLIT_SERVER_PORT: port,
      STREAMLIT_SERVER_ADDRESS: '127.0.0.1',
      GRADIO_SERVER_PORT: port,
      GRADIO_SERVER_NAME: '127.0.0.1',
      UVICORN_PORT: port,
      UVICORN_HOST: '127.0.0.1',
    })
  })

  test('keeps what is set already, and is looked for there', async () => {
    const port = String(await freePort())
    const one = await runApp([], { PORT: port, HOST: 'localhost', GRADIO_SERVER_NAME: '0.0.0.0' })
    const { env } = await seenBy(one)
    expect(env).toMatchObject({ PORT: port, HOST: 'localhost', GRADIO_SERVER_NAME: '0.0.0.0', UVICORN_PORT: port })
    expect(one.errors).toMatch(/GRADIO_SERVER_NAME is set, so the app may be reachable past the gateway/)
  })

  test('does not get the port of the gateway itself', async () => {
    const own = String(await freePort())
    const one = await run(['--listen', `127.0.0.1:${own}`, ...OPEN, '--', process.execPath, join(folder, 'app.cjs')], {
      PORT: own,
    })
    await answers(one)
    expect((await seenBy(one)).env['PORT']).not.toBe(own)
  })

  test.each([
    [{ PORT: '3001', UVICORN_PORT: '3002' }, /PORT and UVICORN_PORT are set to different ports/],
    [{ PORT: 'http' }, /PORT must be a port/],
  ])('with %j it is not clear where it listens', async (env, message) => {
    const one = await run([...LISTEN, '--', process.execPath, join(folder, 'app.cjs')], env)
    expect(await one.exitCode()).toBe(1)
    expect(one.errors).toMatch(message)
  })

  test('writes to the same standard output and error, and nothing is added to the one', async () => {
    const one = await runApp()
    expect(one.output).toBe('app: started\n')
    expect(one.errors).toContain('app: complains\n')
    expect(one.errors.replace('app: complains\n', '')).toMatch(/^gateway: listening on \S+\n$/)
  })

  test.each([
    ['process.exit(7)', 7],
    ["process.kill(process.pid, 'SIGKILL')", 137],
    ['process.exit(0)', 0],
  ])('that ends ends the gateway: %s, %i', async (program, code) => {
    const one = await run([...LISTEN, '--', process.execPath, '-e', program])
    expect(await one.exitCode()).toBe(code)
  })
})

describe('SIGTERM', () => {
  test('lets requests under way end, takes no more, closes idle connections at once, then ends the app', async () => {
    const one = await runApp()
    const idle = connect(one.port, '127.0.0.1')
    idle.on('error', () => undefined)
    await once(idle, 'connect')
    const idleClosed = once(idle, 'close').then(() => Date.now())
    const slow = sendRaw(one.url, { path: '/slow' }).then((answer) => ({ ...answer, at: Date.now() }))
    await expect.poll(() => one.output, { timeout: 10_000 }).toContain('app: slow\n')
    one.child.kill('SIGTERM')
    const refused = async (): Promise<unknown> =>
      await sendRaw(one.url, { path: '/' }).catch((error: NodeJS.ErrnoException) => error.code)
    await expect.poll(refused, { timeout: 5000 }).toBe('ECONNREFUSED')
    const { status, body, at } = await slow
    expect({ status, body }).toEqual({ status: 200, body: 'slow' })
    expect(await idleClosed).toBeLessThan(at)
    expect(await one.exitCode()).toBe(0)
    expect(one.output).toBe('app: started\napp: slow\napp: ends\n')
  })

  test('the exit code is the app\u2019s', async () => {
    const one = await runApp([], { CODE: '3' })
    one.child.kill('SIGTERM')
    expect(await one.exitCode()).toBe(3)
  })

  test('an app without a handler ends by it: 143', async () => {
    const one = await runApp([], {}, [
      process.execPath,
      '-e',
      "require('http').createServer((q, s) => s.end()).listen(process.env.PORT)",
    ])
    one.child.kill('SIGTERM')
    expect(await one.exitCode()).toBe(143)
  })

  test('reaches an app behind a shell', async () => {
    const one = await runApp([], { CODE: '5' }, [
      'sh',
      '-c',
      `'${process.execPath}' '${join(folder, 'app.cjs')}'; exit $?`,
    ])
    one.child.kill('SIGTERM')
    await one.exitCode()
    expect(one.output).toContain('app: ends')
  })

  test('with upstream, the exit code is 0; requests under way have drainSeconds', async () => {
    const app = await runApp()
    const one = await run([...LISTEN, ...OPEN, '--upstream', app.url, '--drain-seconds', '0.1'])
    const slow = sendRaw(one.url, { path: '/slow' }).catch((error: NodeJS.ErrnoException) => error.code)
    await expect.poll(() => app.output, { timeout: 10_000 }).toContain('app: slow\n')
    one.child.kill('SIGTERM')
    expect(await one.exitCode()).toBe(0)
    expect(await slow).toBe('ECONNRESET')
  })

  test('a second one kills an app that does not end, at once', async () => {
    const one = await runApp([], { STUBBORN: '1' })
    one.child.kill('SIGTERM')
    await expect.poll(() => one.output, { timeout: 10_000 }).toContain('app: no')
    one.child.kill('SIGTERM')
    expect(await one.exitCode()).toBe(137)
  })

  test('an app that does not end is killed 10 seconds later', async () => {
    const one = await runApp([], { STUBBORN: '1' })
    const { body: pid } = await sendRaw(one.url, { path: '/pid' })
    one.child.kill('SIGTERM')
    expect(await one.exitCode()).toBe(137)
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  }, 30_000)
})

test('kill -9 of an app under load is 502s, and nothing else', async () => {
  const app = spawn(process.execPath, [join(folder, 'app.cjs'), String(await freePort())], {
    env: { PATH: ENV.PATH, HOST: '127.0.0.1' },
  })
  started.push(app)
  const port = app.spawnargs.at(-1) ?? ''
  const one = await run([...LISTEN, ...OPEN, '--upstream', `http://127.0.0.1:${port}`])
  await answers(one)
  const statuses: number[] = []
  let killed = false
  const load = Array.from({ length: 8 }, async () => {
    for (let after = 0; after < 20; after += killed ? 1 : 0)
      statuses.push((await sendRaw(one.url, { path: '/' })).status)
  })
  await expect.poll(() => statuses.length, { timeout: 10_000 }).toBeGreaterThan(40)
  app.kill('SIGKILL')
  await once(app, 'exit')
  killed = true
  await Promise.all(load)
  expect([...new Set(statuses)].sort()).toEqual([200, 502])
  const again = spawn(process.execPath, [join(folder, 'app.cjs'), port], { env: { PATH: ENV.PATH, HOST: '127.0.0.1' } })
  started.push(again)
  await answers(one)
  expect(one.errors).toMatch(/^gateway: listening on \S+\n$/)
})

test('the access log is a line of JSON for each request, without query, tokens or e-mail', async () => {
  const one = await run([...LISTEN, '--verify-only', '--access-log'])
  await sendRaw(one.url, { path: '/verify?secret=ada@example.com' })
  await sendRaw(one.url, { method: 'POST', path: '/a', headers: { X_Auth_Request_Email: 'ada@example.com' } })
  await sendRaw(one.url, { path: '/', headers: { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-oidc-accesstoken': 'a.b.c' } })
  await exchange(one.port, head('GET', '/b', { host: ['a', 'b'] }), /\}$/)
  await expect.poll(() => one.output.split('\n'), { timeout: 10_000 }).toHaveLength(5)
  const lines = one.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines).toEqual([
    { method: 'GET', path: '/verify', status: 401, ms: expect.any(Number), code: 'missing_token' },
    { method: 'POST', path: '/a', status: 403, ms: expect.any(Number), code: 'identity_header' },
    { method: 'GET', path: '/', status: 401, ms: expect.any(Number), code: 'invalid_token', reason: 'malformed' },
    { method: 'GET', path: '/b', status: 403, ms: expect.any(Number), code: 'bad_request' },
  ])
  expect(one.output).not.toContain('example.com')
})
