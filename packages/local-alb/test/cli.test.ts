import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@cognito-auth/http-kit/ports'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { command, file, folder, publicEverything, run } from './command.js'

afterAll(() => rmSync(folder, { recursive: true }))

/** That the app itself has ended, and not only what was started first. The system takes a moment to bury it. */
async function expectGone(port: string): Promise<void> {
  await vi.waitFor(async () => await expect(fetch(`http://localhost:${port}`)).rejects.toThrow('fetch failed'), 10_000)
}

describe('local-alb -- <command>', () => {
  test('starts the app with the environment set, and stops it with itself', async () => {
    const { child, ready, done } = run(['--port', '0', '--config', publicEverything, ...command])
    const url = await ready
    const answer = (await (await fetch(url)).json()) as { arn: string; base: string }
    expect(answer.arn).toMatch(/^arn:aws:elasticloadbalancing:xx-local-1:000000000000:loadbalancer\/app\//)
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
    expect(await done).toMatchObject({
      code: 7,
      said: expect.stringContaining('local-alb: the app exited with code 7\n') as string,
    })
  })

  test('says that the app exited before it listened', async () => {
    const { done } = run(['--port', '0', '--', process.execPath, '-e', 'process.exit(3)'])
    expect(await done).toMatchObject({ code: 1, said: expect.stringContaining('exited with code 3') as string })
  })

  test('says which command there is not', async () => {
    const { done } = run(['--port', '0', '--', 'no-such-command'])
    expect(await done).toMatchObject({ code: 1, said: expect.stringContaining('is there a command no-such') as string })
  })

  test('says that a program is not executable', async () => {
    const program = file('noexec.sh', 'true')
    const { code, said } = await run(['--port', '0', '--', program]).done
    expect([code, said]).toEqual([
      1,
      `local-alb: the app could not be started: ${program} is not executable (chmod +x ${program})\n`,
    ])
  })

  test('does not blame the shell for a command that the shell does not find', async () => {
    const { code, said } = await run(['--port', '0', '--', 'sh', '-c', 'no-such-command']).done
    expect(code).toBe(1)
    expect(said).toContain('sh -c no-such-command exited with code 127 before the app listened: a command that it runs')
    expect(said).not.toContain('is there a command sh')
  })

  test('says what it waits for', async () => {
    const marker = join(folder, 'may-listen')
    const app = file(
      'late.cjs',
      `const timer = setInterval(() => {
        if (!require('node:fs').existsSync(${JSON.stringify(marker)})) return
        clearInterval(timer)
        require('node:http').createServer((req, res) => res.end()).listen(process.env.PORT)
      }, 20)`,
    )
    const { child, ready, done } = run(['--port', '0', '--', process.execPath, app])
    const waits = new Promise<void>((resolve) =>
      child.stderr.on('data', (chunk: Buffer) => {
        if (/waiting for the app on port (\d+) \(PORT=\1\)/.test(chunk.toString())) resolve()
      }),
    )
    await expect(waits).resolves.toBeUndefined()
    writeFileSync(marker, '')
    await ready
    child.kill('SIGTERM')
    await done
  })

  test('says of each variable that the user has set otherwise, and which contradict its own', async () => {
    const env = {
      COGNITO_AUTH_ALB_ARN: 'mine',
      COGNITO_AUTH_CLIENT_IDS: 'mine',
      COGNITO_AUTH_ISSUER: 'https://left.example',
      COGNITO_AUTH_LOCAL_ALB: 'http://localhost:1',
      NODE_ENV: 'production',
    }
    const { child, ready, done } = run(['--port', '0', '--config', publicEverything, ...command], env)
    await ready
    child.kill('SIGTERM')
    const lines = (await done).said.split('\n').filter((line) => line.includes('is set in your environment'))
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      'COGNITO_AUTH_ALB_ARN',
      'COGNITO_AUTH_CLIENT_IDS',
      'COGNITO_AUTH_ISSUER',
    ])
    expect(lines[0]).toContain("the local load balancer's is arn:aws:elasticloadbalancing:xx-local-1:")
    expect(lines[2]).toContain('unset it')
  })

  test('says that the port of the app is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const { done } = run(['--port', '0', '--app-port', String(port), ...command])
    expect(await done).toMatchObject({
      code: 1,
      said: expect.stringMatching(
        new RegExp(
          String.raw`port ${port} is in use(?: by .+ \(process ${process.pid}\))?\. The app was to listen there`,
        ),
      ) as string,
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

  test('loads the module of a function before its port listens, with the environment set', async () => {
    const handler = file(
      'slow.mjs',
      `import { connect } from 'node:net'
      const { port } = new URL(process.env.COGNITO_AUTH_LOCAL_ALB)
      // While this module loads, nobody must be answered.
      const early = await new Promise((resolve) => {
        connect(port, '127.0.0.1').once('connect', () => resolve('listening')).once('error', ({ code }) => resolve(code))
      })
      export const handler = async () => ({ statusCode: 200, body: early + ' ' + process.env.COGNITO_AUTH_CLIENT_ID })`,
    )
    const { child, ready, done } = run(['--port', '0', '--config', publicEverything, '--lambda', handler])
    expect(await (await fetch(await ready)).text()).toBe('ECONNREFUSED localalbclient')
    child.kill('SIGTERM')
    await done
  })

  test('says that the port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const { done } = run(['--port', String(port), ...command])
    expect(await done).toMatchObject({
      code: 1,
      said: expect.stringMatching(
        new RegExp(
          String.raw`^local-alb: port ${port} is in use(?: by .+ \(process ${process.pid}\))?\. Stop that, or choose another with --port\n$`,
        ),
      ) as string,
    })
    other.close()
  })
})

describe('local-alb --attack', () => {
  const GOOD_ONLY = file(
    'open.cjs',
    `console.log('the app says something')
    require('node:http').createServer((req, res) => {
      res.statusCode = req.headers['x-amzn-oidc-data'] === undefined ? 401 : 200
      res.end()
    }).listen(process.env.PORT)`,
  )

  test('prints a table and ends with 1 where something was accepted', async () => {
    const { done } = run(['--attack', '--', process.execPath, GOOD_ONLY])
    const { code, said } = await done
    expect(code).toBe(1)
    expect(said).toMatch(/FAIL {2}wrong_signer +200 {2}rejected +the user claims token is really signed/)
    expect(said).toMatch(/ok {4}missing_headers +401 {2}rejected/)
    expect(said).toMatch(/\d+ requests for \/: \d+ failed\./)
    // No terminal, no colours.
    expect(said).not.toContain('\u001B')
  })

  test('--json has nothing else on standard output', async () => {
    const { child, done } = run(['--attack', '--json', '--attack-path', '/a', '--', process.execPath, GOOD_ONLY])
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    expect((await done).code).toBe(1)
    expect(JSON.parse(output)).toMatchObject({ path: '/a', results: expect.any(Array) as unknown[] })
  })

  test.each(['--json', '--attack-path=/a', '--attack-as=a@example.com'])('is what %s goes with', async (flag) => {
    const { code, said } = await run([flag, '--target', 'http://localhost:9']).done
    expect([code, said]).toEqual([2, expect.stringContaining('goes with --attack only')])
  })

  test('an app that refuses everybody is said to be so', async () => {
    const closed = file(
      'closed.cjs',
      `require('node:http').createServer((req, res) => res.writeHead(403).end()).listen(process.env.PORT)`,
    )
    const { code, said } = await run(['--attack', '--', process.execPath, closed]).done
    expect([code, said]).toEqual([1, expect.stringContaining('answers correct requests for / with 403')])
  })
})

describe('what local-alb says', () => {
  const refusing = file(
    'refusing.cjs',
    `require('node:http').createServer((req, res) => {
      if (req.url.startsWith('/bad')) res.setHeader('x-cognito-auth-reason', 'invalid_token/signer')
      res.writeHead(req.url.startsWith('/bad') ? 401 : 200).end()
    }).listen(process.env.PORT)`,
  )

  test('is a line for each refusal, with its reason and without query, e-mail or colours', async () => {
    const { child, ready, done } = run(['--port', '0', '--', process.execPath, refusing])
    const url = await ready
    const { cookie } = (await (
      await fetch(`${url}/_local-alb/api/sign-in`, {
        method: 'POST',
        headers: { 'x-local-alb': '1' },
        body: '{"user":"dev@example.com"}',
      })
    ).json()) as { cookie: string }
    await fetch(`${url}/good`, { headers: { cookie } })
    await fetch(`${url}/bad?secret=x`, { headers: { cookie } })
    child.kill('SIGTERM')
    const { said } = await done
    expect(said).toMatch(/ 401 {2}GET \/bad {2}\d+ ms {2}invalid_token\/signer: "signer" of x-amzn-oidc-data\. Got /)
    for (const text of ['secret', 'dev@example.com', '/good', '\u001B']) expect(said).not.toContain(text)
  })

  // It says nothing, so it is asked until it answers: on a busy machine that takes a while.
  test('is nothing with --quiet, and the access log is as AWS writes it', { timeout: 120_000 }, async () => {
    const log = file('access.log', '')
    const port = await freePort()
    const args = ['--quiet', '--port', String(port), '--access-log', log, '--', process.execPath, refusing]
    const { child, ready, done } = run(args)
    ready.catch(() => undefined)
    const url = `http://localhost:${port}`
    await vi.waitFor(async () => await fetch(`${url}/a"b`, { redirect: 'manual' }), 100_000)
    await fetch(`${url}/oauth2/idpresponse?state=x`)
    child.kill('SIGTERM')
    expect((await done).said).toBe('')
    const lines = readFileSync(log, 'utf8').trim().split('\n')
    const fields = (line = ''): string[] => [...line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)].map(([field]) => field)
    for (const line of lines) expect(fields(line)).toHaveLength(33)
    expect(lines[0]).toMatch(
      /^http \d{4}-\S+Z app\/local-alb\/0123456789abcdef 127\.0\.0\.1:\d+ - -1 -1 -1 302 - \d+ \d+ "GET http:\/\/localhost:\d+\/a%22b HTTP\/1\.1" /,
    )
    expect(lines[0]).toContain(' "authenticate" ')
    expect(lines.at(-1)).toContain(' "AuthMissingCodeParam" ')
  })

  test('is which files it has read again: users and rules change, and a mistake changes nothing', async () => {
    const users = file('watched.json', [{ email: 'a@example.com' }])
    const { child, ready, done } = run(['--port', '0', '--users', users, ...command])
    const url = await ready
    const listed = async (): Promise<unknown> =>
      await (await fetch(`${url}/_local-alb/api/users`, { headers: { 'x-local-alb': '1' } })).json()
    const change = { email: 'b@example.com', groups: ['x'] }
    await vi.waitFor(async () => {
      // It may not have looked at the file for the first time yet: another change then.
      file('watched.json', [change, { email: `${Date.now()}@example.com` }])
      await new Promise((resolve) => setTimeout(resolve, 600))
      expect(await listed()).toMatchObject({ users: [change, {}] })
    }, 10_000)
    const complained = new Promise((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => chunk.toString().includes('stay as they are') && resolve(undefined))
    })
    file('watched.json', [{ email: 'nobody' }])
    await complained
    await vi.waitFor(() => expect(child.exitCode).toBeNull())
    expect(await listed()).toMatchObject({ users: [change, {}] })
    child.kill('SIGTERM')
    expect((await done).said).toContain('users[0].email must be an e-mail address; users and rules stay as they are')
  })

  test('--at moves its clock', async () => {
    const { child, ready, done } = run(['--port', '0', '--at', '+2h', ...command])
    const page = await (await fetch(`${await ready}/_local-alb/clock`)).text()
    expect(page).toMatch(/7200 s ahead of this machine/)
    child.kill('SIGTERM')
    await done
    expect((await run(['--at', 'soon', ...command]).done).said).toMatch(/^local-alb: --at must be a date such as 2026/)
  })
})

test('an app in production, with these packages, is served behind it: its region is no region of AWS', async () => {
  const core = import.meta.resolve('@cognito-auth/core')
  const production = file(
    'production.mjs',
    `import { createServer } from 'node:http'
    import { CognitoAuth } from ${JSON.stringify(core)}
    const auth = new CognitoAuth({ authoriser: null })
    createServer((req, res) => {
      auth.requireUser(req.headers).then(({ email }) => res.end(email), ({ status, code }) => res.writeHead(status).end(code))
    }).listen(process.env.PORT)`,
  )
  const { child, ready, done } = run(['--port', '0', '--', process.execPath, production], { NODE_ENV: 'production' })
  const url = await ready
  const init = { method: 'POST', headers: { 'x-local-alb': '1' }, body: '{"user":"dev@example.com"}' }
  const { cookie } = (await (await fetch(`${url}/_local-alb/api/sign-in`, init)).json()) as { cookie: string }
  const response = await fetch(url, { headers: { cookie } })
  expect([response.status, await response.text()]).toEqual([200, 'dev@example.com'])
  child.kill('SIGTERM')
  await done
})
