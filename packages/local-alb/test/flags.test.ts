import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { FAULTS } from '../src/index.js'
import { APP, command, file, folder, publicEverything, run } from './command.js'

interface Manifest {
  readonly version: string
}

afterAll(() => rmSync(folder, { recursive: true }))

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

describe('an app given by flag', () => {
  const elsewhere = file('elsewhere.json', {
    port: 0,
    target: 'http://localhost:9',
    rules: [{ path: '/*', action: 'none' }],
  })
  const started = file('started.json', {
    port: 0,
    command: [process.execPath, '-e', 'process.exit(5)'],
    rules: [{ path: '/*', action: 'none' }],
  })

  test.each([
    ['a command', ['--config', elsewhere, ...command], /"base":"http/],
    [
      '--lambda',
      [
        '--config',
        elsewhere,
        '--lambda',
        file('l.mjs', 'export const handler = () => ({ statusCode: 200, body: "hi" })'),
      ],
      /^hi$/,
    ],
    ['--target', ['--config', started, '--target', 'http://localhost:9'], /502 Bad Gateway/],
  ])('%s replaces that of the config', async (_what, args, says) => {
    const { child, ready, done } = run(args)
    expect(await (await fetch(await ready)).text()).toMatch(says)
    child.kill('SIGTERM')
    await done
  })
})

describe('flags', () => {
  test('--version prints the version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
    expect(await run(['--version']).done).toEqual({ code: 0, said: `${version}\n` })
  })

  test('--print-env without an app prints the environment and ends, for eval', async () => {
    const flags = ['--print-env', '--port', '8123', '--logout-url', "https://a.example/it's"]
    const { code, said } = await run(flags).done
    expect(code).toBe(0)
    const env = execFileSync('sh', ['-c', `eval "$0"; env`, said], { encoding: 'utf8', env: {} })
    expect(env).toContain('COGNITO_AUTH_LOCAL_ALB=http://localhost:8123\n')
    expect(env).toContain("COGNITO_AUTH_LOGOUT_URLS=http://localhost:8123/,https://a.example/it's\n")
  })

  test('--print-env prints what an app needs, for a shell to read', async () => {
    const { child, ready, done } = run(['--port', '0', '--target', 'http://localhost:9', '--print-env'])
    const url = await ready
    await vi.waitFor(() => expect(child.exitCode).toBeNull(), 10_000)
    child.kill('SIGTERM')
    const { said } = await done
    expect(said).toContain(`export COGNITO_AUTH_LOCAL_ALB='${url}'\n`)
    expect(said).toMatch(/^export COGNITO_AUTH_ALB_ARN='arn:aws:elasticloadbalancing:xx-local-1:000000000000:[^']+'$/m)
    expect(said).toMatch(/^export COGNITO_AUTH_USER_POOL_ID='xx-local-1_\w+'$/m)
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
    { what: 'an unknown option', args: ['--prot', '1'], code: 2, says: /--prot; did you mean --port\? .*--help/ },
    {
      what: '--print-env of a port nobody knows',
      args: ['--print-env', '--port', '0'],
      code: 2,
      says: /needs a --port/,
    },
    {
      what: 'a fault that would do nothing',
      args: ['--oidc', '--fault', 'wrong_subject', '--target', 'http://a'],
      code: 2,
      says: /does nothing here/,
    },
    { what: 'a port that is none', args: ['--port', 'x'], code: 2, says: /--port must be a whole number/ },
    { what: 'a target that is no URL', args: ['--target', 'x'], code: 2, says: /--target must be a URL/ },
    {
      what: 'a target with TLS',
      args: ['--target', 'https://x'],
      code: 2,
      says: /--target must begin with http:\/\/: .*TLS/,
    },
    { what: 'an unknown fault', args: ['--fault', 'x'], code: 2, says: /there is no fault "x"/ },
    { what: 'a users file that is not there', args: ['--users', '/no'], code: 2, says: /there is no file \/no$/m },
    {
      what: 'a config file that is not there',
      args: ['--config', '/no.json'],
      code: 2,
      says: /there is no file \/no\.json/,
    },
    { what: 'a config file that is a folder', args: ['--config', '/'], code: 2, says: /\/ cannot be read: EISDIR/ },
    {
      what: 'users that are no JSON',
      args: ['--users', file('a', '{')],
      code: 2,
      says: /is not JSON: .*position 1 \(line 1 column 2\)/,
    },
    {
      what: 'a config that is no JSON',
      args: ['--config', file('j.json', '{"port": 1,\n  "rules": [1 2]}')],
      code: 2,
      says: /is not JSON: .*line 2 column 15/,
    },
    { what: 'no users', args: ['--users', file('b', [])], code: 2, says: /must name at least one user/ },
    {
      what: 'a user without e-mail',
      args: ['--users', file('c', [{}])],
      code: 2,
      says: /users\[0\]\.email is missing/,
    },
    { what: 'a bad e-mail', args: ['--users', file('d', [{ email: 'x' }])], code: 2, says: /users\[0\]\.email/ },
    {
      what: 'an unknown key in the config',
      args: ['--config', file('e', { usrs: [] })],
      code: 2,
      says: /usrs; did you mean users\?/,
    },
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
    { what: 'a config that is not there', args: ['--config', '/no.ts'], code: 2, says: /there is no file \/no\.ts/ },
    {
      what: 'a session of no time',
      args: ['--target', 'http://a', '--session', '0'],
      code: 2,
      says: /--session must/,
    },
    {
      what: 'a module without handler',
      args: ['--port', '0', '--lambda', file('i.mjs', '')],
      code: 2,
      says: /"handler"/,
    },
    {
      what: 'a bad rule',
      args: ['--config', file('f', { rules: [{}] })],
      code: 2,
      says: /rules\[0\]\.path is missing/,
    },
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
    'groups-claim logout-url port config fault print-env version'
  for (const option of options.split(' ')) expect(said).toContain(`--${option} `)
  for (const [fault, meaning] of Object.entries(FAULTS))
    expect(said).toMatch(new RegExp(`^  ${fault} +${meaning.slice(0, 20)}`, 'm'))
})
