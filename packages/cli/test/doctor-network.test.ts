import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cognitoAuth, secretsManager } from './command.js'
import { aws, closedPort, folder, listen, matching, of, server, sound } from './doctor-stage.js'

test('a secret is read, and the app must have the SDK', async () => {
  const { COGNITO_AUTH_CONFIG_PATH: _, ...env } = sound(await listen(aws))
  const secrets = await secretsManager({ 'my-app/auth': '{"allowed_groups":["hidden"]}' })
  const withSecret = { ...env, ...secrets, COGNITO_AUTH_SECRET_NAME: 'my-app/auth' }
  const here = fileURLToPath(new URL('..', import.meta.url))
  const installed = await cognitoAuth(['doctor', '--json'], withSecret, here)
  expect(of(installed, 'config')).toMatchObject([{ status: 'ok', message: matching(/^secret my-app\/auth says/) }])
  expect(of(installed, 'aws-sdk')).toMatchObject([{ status: 'ok' }])
  expect(installed.stdout + installed.stderr).not.toContain('hidden')
  expect(of(await cognitoAuth(['doctor', '--json'], withSecret, folder), 'aws-sdk')).toMatchObject([
    { status: 'skipped' },
  ])
  await writeFile(join(folder, 'package.json'), '{}')
  expect(of(await cognitoAuth(['doctor', '--json'], withSecret, folder), 'aws-sdk')).toMatchObject([
    { status: 'problem', fix: 'npm install @aws-sdk/client-secrets-manager' },
  ])
})

test('a secret that is missing is a problem, and so is a service that nothing listens for', async () => {
  const { COGNITO_AUTH_CONFIG_PATH: _, ...env } = sound(await listen(aws))
  const withSecret = { ...env, ...(await secretsManager({})), COGNITO_AUTH_SECRET_NAME: 'my-app/auth' }
  expect(of(await cognitoAuth(['doctor', '--json'], withSecret), 'config')).toMatchObject([
    {
      status: 'problem',
      message: matching(/does not exist in this account and region/),
      fix: matching(/^Correct that/),
    },
  ])
  const nowhere = { ...withSecret, AWS_ENDPOINT_URL_SECRETS_MANAGER: await closedPort() }
  expect(of(await cognitoAuth(['doctor', '--json'], nowhere), 'config')).toMatchObject([
    { status: 'problem', message: matching(/is temporarily unavailable/), fix: matching(/^Try again/) },
  ])
}, 30_000)

test('keys out of reach are a problem: refused, silent, or broken', { timeout: 60_000 }, async () => {
  const cases: [RequestListener | undefined, RegExp][] = [
    [undefined, /ECONNREFUSED/],
    [(_req, res) => void res.writeHead(500).end(), /answers 500/],
    [() => undefined, /no answer in 5 s/],
  ]
  for (const [listener, sentence] of cases) {
    const base = listener === undefined ? await closedPort() : await listen(listener)
    const result = await cognitoAuth(['doctor', '--json'], sound(base))
    server?.closeAllConnections()
    server?.close()
    expect(result.code).toBe(1)
    const keys = of(result, 'keys')
    expect(keys).toHaveLength(2)
    for (const finding of keys) {
      expect(finding).toMatchObject({
        status: 'problem',
        fix: matching(/^Start the local load balancer, or correct COGNITO_AUTH_LOCAL_ALB/),
      })
      expect(finding.message).toMatch(sentence)
    }
  }
})

test('keys of AWS out of reach: what to open, and that a proxy is not used by itself', async () => {
  const { COGNITO_AUTH_LOCAL_ALB: _, COGNITO_AUTH_USER_POOL_ID: __, ...env } = sound('')
  const keys = (await closedPort()).replace('http:', 'https:')
  const result = await cognitoAuth(['doctor', '--json'], { ...env, COGNITO_AUTH_ALB_KEYS_URL: keys })
  expect(of(result, 'keys')).toMatchObject([
    {
      status: 'problem',
      message: `${keys}: ECONNREFUSED`,
      fix: matching(/^Let the app reach that host over https[^.]*$/),
    },
    { status: 'skipped' },
  ])
  expect(of(result, 'clock')).toMatchObject([{ status: 'skipped' }])
  const proxied = { ...env, COGNITO_AUTH_ALB_KEYS_URL: keys, HTTPS_PROXY: 'http://proxy.example' }
  expect(of(await cognitoAuth(['doctor', '--json'], proxied), 'keys')[0]?.fix).toContain('NODE_USE_ENV_PROXY=1')
})

test('something that answers in place of AWS is a problem: a welcome page, a redirect', async () => {
  const welcome = await cognitoAuth(
    ['doctor', '--json'],
    sound(await listen((_req, res) => void res.end('<h1>Hello</h1>'))),
  )
  expect(of(welcome, 'keys')).toMatchObject([
    { status: 'problem', message: matching(/answers 200 for a key that cannot be there/) },
    { status: 'problem', message: matching(/publishes no keys/) },
  ])
  server?.close()
  const login = await listen((_req, res) => void res.writeHead(302, { location: '/login' }).end())
  const redirected = await cognitoAuth(['doctor', '--json'], sound(login))
  expect(of(redirected, 'keys')).toMatchObject([
    { status: 'problem', message: matching(/answers 302$/) },
    { status: 'problem', message: matching(/answers 302$/) },
  ])
})

test('an answer that a cache kept does not make the clock wrong', async () => {
  const base = await listen((req, res) => {
    res.setHeader('date', new Date(Date.now() - 600_000).toUTCString()).setHeader('age', '600')
    aws(req, res)
  })
  expect(of(await cognitoAuth(['doctor', '--json'], sound(base)), 'clock')).toMatchObject([{ status: 'ok' }])
})

test('a server that does not tell the time leaves the clock unknown', async () => {
  const base = await listen((req, res) => {
    res.sendDate = false
    aws(req, res)
  })
  expect(of(await cognitoAuth(['doctor', '--json'], sound(base)), 'clock')).toMatchObject([{ status: 'skipped' }])
})

test('a user pool that publishes no keys is a problem', async () => {
  const base = await listen((_req, res) => void res.writeHead(404).end())
  const result = await cognitoAuth(['doctor', '--json'], sound(base))
  expect(of(result, 'keys')).toMatchObject([
    { status: 'ok' },
    {
      status: 'problem',
      message: matching(/publishes no keys \(status 404\)/),
      fix: matching(/COGNITO_AUTH_USER_POOL_ID/),
    },
  ])
})

test('without a pinned pool its keys are not looked for', async () => {
  const { COGNITO_AUTH_USER_POOL_ID: _, ...env } = sound(await listen(aws))
  const result = await cognitoAuth(['doctor', '--json'], env)
  expect(result.code).toBe(0)
  expect(of(result, 'keys')).toMatchObject([{ status: 'ok' }, { status: 'skipped' }])
})

test('dev mode is a warning here, and a problem in production', async () => {
  const { COGNITO_AUTH_LOCAL_ALB: _, ...env } = sound(await listen(aws))
  const here = await cognitoAuth(['doctor', '--json', '--no-network'], { ...env, COGNITO_AUTH_DEV_MODE: 'yes' })
  expect(here.code).toBe(0)
  expect(of(here, 'dev-mode')).toMatchObject([{ status: 'warning' }])
  for (const there of [{ NODE_ENV: 'production' }, { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' }]) {
    const production = await cognitoAuth(['doctor', '--json', '--no-network'], {
      ...env,
      ...there,
      COGNITO_AUTH_DEV_MODE: 'yes',
      COGNITO_AUTH_ALB_ARN: 'arn',
    })
    expect(production.code).toBe(1)
    expect(of(production, 'dev-mode')).toMatchObject([
      { status: 'problem', message: matching(/devMode .*refused (with NODE_ENV=production|on AWS compute)/) },
    ])
    // What else is wrong is told at the same time.
    expect(of(production, 'options')).toMatchObject([{ status: 'problem', message: matching(/albArn .* must be/) }])
  }
})

test('--no-network asks nothing of anybody, and reads no secret', async () => {
  let requests = 0
  const base = await listen((req, res) => {
    requests += 1
    aws(req, res)
  })
  const { COGNITO_AUTH_CONFIG_PATH: _, ...env } = sound(base)
  const secret = { ...env, COGNITO_AUTH_SECRET_NAME: 'my-app/auth', AWS_ENDPOINT_URL: base }
  const result = await cognitoAuth(['doctor', '--no-network', '--json'], secret)
  expect(result.code).toBe(0)
  expect(of(result, 'keys')).toMatchObject([{ status: 'skipped' }])
  expect(of(result, 'config')).toMatchObject([{ status: 'skipped', message: matching(/my-app\/auth was not read/) }])
  expect(requests).toBe(0)
})

test.each([
  ['ALB_ARN', 'COGNITO_AUTH_ALB_ARN'],
  ['COGNITO_CLIENT_ID', 'COGNITO_AUTH_CLIENT_ID'],
  ['COGNITO_USER_POOL_ID', 'COGNITO_AUTH_USER_POOL_ID'],
  ['COGNITO_DOMAIN', 'COGNITO_AUTH_DOMAIN'],
])('%s, whose prefix is missing, is a problem that says what was meant', async (name, meant) => {
  const { [meant]: value = 'x', ...others } = sound(await listen(aws))
  const result = await cognitoAuth(['doctor', '--json', '--no-network'], { ...others, [name]: value })
  expect(of(result, 'variables')).toMatchObject([
    { status: 'problem', message: matching(new RegExp(`^${name} .*${meant}`)) },
  ])
  const both = await cognitoAuth(['doctor', '--json', '--no-network'], { ...others, [name]: value, [meant]: value })
  expect(of(both, 'variables')).toMatchObject([{ status: 'ok' }])
})

test('a secret without credentials is told what AWS wants, not about the network', async () => {
  const { COGNITO_AUTH_CONFIG_PATH: _, ...env } = sound(await listen(aws))
  const { AWS_ACCESS_KEY_ID: __, AWS_SECRET_ACCESS_KEY: ___, ...endpoint } = await secretsManager({})
  const nowhere = { AWS_EC2_METADATA_DISABLED: 'true', HOME: folder, COGNITO_AUTH_SECRET_NAME: 'my-app/auth' }
  const result = await cognitoAuth(['doctor', '--json'], { ...env, ...endpoint, ...nowhere })
  expect(of(result, 'config')).toMatchObject([{ status: 'problem', fix: matching(/^Give this process credentials/) }])
})

test('a domain to sign out at that does not resolve is a problem', async () => {
  const env = { ...sound(await listen(aws)), COGNITO_AUTH_DOMAIN: 'app.invalid' }
  expect(of(await cognitoAuth(['doctor', '--json'], env), 'sign-out')).toMatchObject([
    { status: 'problem', message: matching(/^app\.invalid does not resolve/) },
  ])
  const local = { ...env, COGNITO_AUTH_DOMAIN: 'http://localhost:8080' }
  expect(of(await cognitoAuth(['doctor', '--json'], local), 'sign-out')).toMatchObject([{ status: 'ok' }])
})

test('a .env file that nothing has read is a warning', async () => {
  await writeFile(join(folder, '.env'), 'COGNITO_AUTH_ALB_ARN=x')
  const result = await cognitoAuth(['doctor', '--json', '--no-network'], {}, folder)
  expect(of(result, 'variables')).toMatchObject([{ status: 'warning', fix: matching(/node --env-file=\.env/) }])
})
