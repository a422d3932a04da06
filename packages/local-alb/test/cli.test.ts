import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { FAULTS } from '../src/index.js'

// The command as it is published: `npx pnpm test` builds first.
const CLI = fileURLToPath(new URL('../dist/cli.mjs', import.meta.url))
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

describe('a config file', () => {
  const APP_TS = `
    import type { LocalAlbOptions } from '@cognito-auth/local-alb'
    // An enum and a parameter property are TypeScript that Node itself does not strip.
    enum Path { Everything = '/*' }
    class Port { constructor(readonly number: number) {} }
    export default {
      port: new Port(0).number,
      command: [process.execPath, ${JSON.stringify(file('from-config.cjs', APP))}],
      rules: [{ path: Path.Everything, action: 'none' }],
    } satisfies LocalAlbOptions`

  test.each([
    ['local-alb.config.ts', APP_TS],
    ['local-alb.config.mts', APP_TS],
    [
      'local-alb.config.mjs',
      `export default { port: 0, command: ['node', ${JSON.stringify(file('c.cjs', APP))}], rules: [{ path: '/*', action: 'none' }] }`,
    ],
    [
      'local-alb.config.cjs',
      `module.exports = { port: 0, command: ['node', ${JSON.stringify(file('d.cjs', APP))}], rules: [{ path: '/*', action: 'none' }] }`,
    ],
  ])('may be %s', async (name, content) => {
    const { child, ready, done } = run(['--config', file(name, content)])
    const url = await ready
    expect(await (await fetch(url)).json()).toMatchObject({ base: url })
    child.kill('SIGTERM')
    await done
  })

  test('gives way to flags', async () => {
    const config = file('flags.json', { port: 1, fault: 'keys_error', rules: [{ path: '/*', action: 'none' }] })
    const { child, ready, done } = run(['--config', config, '--port', '0', '--fault', 'keys_down', ...command])
    await expect(fetch(`${await ready}/_local-alb/keys/x`)).rejects.toThrow('fetch failed')
    child.kill('SIGTERM')
    await done
  })
})

describe('flags', () => {
  test('--print-env prints what an app needs, for a shell to read', async () => {
    const { child, ready, done } = run(['--port', '0', '--target', 'http://localhost:9', '--print-env'])
    const url = await ready
    await vi.waitFor(() => expect(child.exitCode).toBeNull(), 10_000)
    child.kill('SIGTERM')
    const { said } = await done
    expect(said).toContain(`export COGNITO_AUTH_LOCAL_ALB='${url}'\n`)
    expect(said).toMatch(/^export COGNITO_AUTH_ALB_ARN='arn:aws:elasticloadbalancing:eu-west-2:000000000000:[^']+'$/m)
    expect(said).toMatch(/^export COGNITO_AUTH_USER_POOL_ID='eu-west-2_\w+'$/m)
  })

  test('--fault begins with a fault, which the status page shows', async () => {
    const fault = 'path_kid'
    const { child, ready, done } = run(['--port', '0', '--target', 'http://localhost:9', '--fault', fault])
    const page = await (await fetch(`${await ready}/_local-alb`)).text()
    expect(page).toMatch(new RegExp(`value="${fault}"\\s+aria-pressed="true"`))
    child.kill('SIGTERM')
    await done
  })

  test('--issuer and --groups-claim make it another provider', async () => {
    const flags = ['--issuer', 'https://login.example.com', '--groups-claim', 'roles', '--print-env']
    const { child, ready, done } = run(['--port', '0', '--target', 'http://localhost:9', ...flags])
    await ready
    child.kill('SIGTERM')
    const { said } = await done
    expect(said).toContain("export COGNITO_AUTH_ISSUER='https://login.example.com'\n")
    expect(said).toContain("export COGNITO_AUTH_GROUPS_CLAIM='roles'\n")
  })

  test('--lambda calls a function, which finds the environment set when it is loaded', async () => {
    const handler = file(
      'handler.ts',
      `const base: string | undefined = process.env['COGNITO_AUTH_LOCAL_ALB']
      export const handler = async (event: { multiValueHeaders?: object }) =>
        ({ statusCode: 200, body: JSON.stringify({ base, isMulti: event.multiValueHeaders !== undefined }) })`,
    )
    const flags = ['--config', publicEverything, '--lambda', handler, '--multi-value-headers']
    const { child, ready, done } = run(['--port', '0', ...flags])
    const url = await ready
    expect(await (await fetch(url)).json()).toEqual({ base: url, isMulti: true })
    child.kill('SIGTERM')
    expect((await done).code).toBe(143)
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
    {
      what: 'a config that cannot run',
      args: ['--config', file('g.ts', 'export default {')],
      code: 2,
      says: /g\.ts cannot/,
    },
    {
      what: 'a config without options',
      args: ['--config', file('h.ts', 'export {}')],
      code: 2,
      says: /default export/,
    },
    { what: 'a config that is not there', args: ['--config', '/no.ts'], code: 2, says: /\/no\.ts cannot be loaded/ },
    {
      what: 'a session of no time',
      args: ['--target', 'http://a', '--session', '0'],
      code: 2,
      says: /sessionSeconds must/,
    },
    {
      what: 'a module without handler',
      args: ['--port', '0', '--lambda', file('i.mjs', '')],
      code: 2,
      says: /"handler"/,
    },
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
  const options =
    'target app-port lambda multi-value-headers health-path timeout users session token access-token oidc issuer ' +
    'groups-claim logout-url port config fault print-env'
  for (const option of options.split(' ')) expect(said).toContain(`--${option} `)
  for (const [fault, meaning] of Object.entries(FAULTS))
    expect(said).toMatch(new RegExp(`^  ${fault} +${meaning.slice(0, 20)}`, 'm'))
})
