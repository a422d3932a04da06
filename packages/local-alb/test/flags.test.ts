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
    const env = execFileSync('sh', ['-c', `eval "$0"; env`, said], { encoding: 'utf8', env: {}, timeout: 60_000 })
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
    const page = await (await fetch(`${await ready}/_local-alb/faults`)).text()
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
