import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCognitoKey } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DoctorReport, Finding } from '../src/index.js'
import { checkHeaderSize, checkNodeVersion } from '../src/checks/node.js'
import { cognitoAuth, type Result, secretsManager } from './command.js'

const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/test-alb/0123456789abcdef'
const key = createCognitoKey()

let folder: string
let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  await writeFile(join(folder, 'auth-config.json'), '{ "allowed_groups": ["developers"] }')
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
  await rm(folder, { recursive: true })
})

/** `toMatchObject` takes a bare regular expression for an object without members, which everything matches. */
function matching(pattern: RegExp): string {
  return expect.stringMatching(pattern) as string
}

/** Stands where AWS publishes keys: 404 for a key that is not there, a JWKS for the pool; `Date` as Node writes it. */
const aws: RequestListener = (req, res) => {
  if (req.url === '/_local-alb/eu-west-2_Pool1/.well-known/jwks.json') {
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key.jwk] }))
  } else {
    res.writeHead(404).end()
  }
}

async function listen(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = started.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** The URL of a port of this machine that nothing listens on any more. */
async function closedPort(): Promise<string> {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  await new Promise((resolve) => other.close(resolve))
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** An environment with nothing to mend. */
function sound(base: string): Record<string, string> {
  return {
    COGNITO_AUTH_ALB_ARN: albArn,
    COGNITO_AUTH_CLIENT_ID: 'client',
    COGNITO_AUTH_USER_POOL_ID: 'eu-west-2_Pool1',
    COGNITO_AUTH_CONFIG_PATH: join(folder, 'auth-config.json'),
    COGNITO_AUTH_LOCAL_ALB: base,
    NODE_OPTIONS: '--max-http-header-size=65536',
  }
}

/** What was found, whatever it is: each problem and warning says what to do, and the exit code agrees. */
function report({ code, stdout }: Result): DoctorReport {
  const parsed = JSON.parse(stdout) as DoctorReport
  for (const { status, fix } of parsed.findings) {
    expect(fix === undefined).toBe(status === 'ok' || status === 'skipped')
  }
  expect(parsed.ok).toBe(!parsed.findings.some(({ status }) => status === 'problem'))
  expect(code).toBe(parsed.ok ? 0 : 1)
  return parsed
}

function of(result: Result, check: Finding['check']): Finding[] {
  return report(result).findings.filter((finding) => finding.check === check)
}

test('finds nothing to mend where all is well', async () => {
  const result = await cognitoAuth(['doctor'], sound(await listen(aws)))
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout).toMatch(/No problems found\.\n$/)
  expect(result.stdout).not.toMatch(/^(warning|problem|skipped)/m)
  for (const check of [
    'node',
    'header-size',
    'variables',
    'options',
    'dev-mode',
    'bearer',
    'config',
    'keys',
    'clock',
  ]) {
    expect(result.stdout).toMatch(new RegExp(`^ok +${check} `, 'm'))
  }
})

test('an empty environment has problems: exit code 1, and what to do', async () => {
  const { code, stdout } = await cognitoAuth(['doctor'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^problem +options +albArn \(COGNITO_AUTH_ALB_ARN\) is required/m)
  expect(stdout).toMatch(/^problem +config +.*COGNITO_AUTH_CONFIG_PATH/m)
  expect(stdout).toMatch(/^warning +header-size/m)
  expect(stdout).toMatch(/-> Start the app with NODE_OPTIONS=--max-http-header-size=65536/)
  expect(stdout).toMatch(/^skipped +keys/m)
})

test('a misspelt variable is a problem, with the nearest one that is read', async () => {
  const { COGNITO_AUTH_CLIENT_ID: client = '', ...others } = sound(await listen(aws))
  const result = await cognitoAuth(['doctor', '--json'], { ...others, COGNITO_AUTH_CLIENTID: client })
  expect(result.code).toBe(1)
  expect(of(result, 'variables')).toEqual([
    {
      check: 'variables',
      status: 'problem',
      message: "Unknown variable 'COGNITO_AUTH_CLIENTID'",
      fix: "Did you mean 'COGNITO_AUTH_CLIENT_ID'?",
    },
  ])
  // The app does not start with it either.
  expect(of(result, 'options').at(-1)).toMatchObject({ status: 'problem', message: matching(/COGNITO_AUTH_CLIENTID/) })
})

test('a value that cannot be meant is a problem, and leaves the endpoints unknown', async () => {
  const env = { ...sound(await listen(aws)), COGNITO_AUTH_REGION: 'eu-west-1' }
  const result = await cognitoAuth(['doctor', '--json'], env)
  expect(of(result, 'options')).toMatchObject([{ status: 'problem', message: matching(/COGNITO_AUTH_REGION/) }])
  expect(of(result, 'keys')).toMatchObject([{ status: 'skipped' }])
  const local = { ...sound(await listen(aws)), NODE_ENV: 'production' }
  expect(of(await cognitoAuth(['doctor', '--json'], local), 'options')).toMatchObject([
    { status: 'problem', message: matching(/COGNITO_AUTH_LOCAL_ALB.*NODE_ENV=production/) },
  ])
})

test('no value of a variable that nothing reads is told', async () => {
  const env = { ...sound(await listen(aws)), cognito_auth_region: 'a-value' }
  const { stdout } = await cognitoAuth(['doctor'], env)
  expect(stdout).toContain("Unknown variable 'cognito_auth_region'")
  expect(stdout).not.toContain('a-value')
})

test('two configs at once are a warning', async () => {
  const env = { ...sound(await listen(aws)), COGNITO_AUTH_SECRET_NAME: 'my-app/auth' }
  const result = await cognitoAuth(['doctor', '--json'], env)
  expect(of(result, 'variables')).toMatchObject([{ status: 'warning', message: matching(/the secret is not read/) }])
})

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

test('a config that is broken is a problem', async () => {
  const env = sound(await listen(aws))
  await writeFile(join(folder, 'auth-config.json'), '{')
  const result = await cognitoAuth(['doctor', '--json'], env)
  expect(result.code).toBe(1)
  expect(of(result, 'config')).toMatchObject([{ status: 'problem', message: matching(/is not JSON/) }])
})

test('keys out of reach are a problem: refused, silent, or broken', { timeout: 60_000 }, async () => {
  const cases: [RequestListener | undefined, RegExp][] = [
    [undefined, /ECONNREFUSED/],
    [(_req, res) => void res.writeHead(500).end(), /answers 500/],
    [() => undefined, /no answer in 5 s/],
  ]
  for (const [listener, sentence] of cases) {
    const base = await listen(listener ?? aws)
    if (listener === undefined) await new Promise((resolve) => server?.close(resolve))
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

test.each([
  [-60, '60 s ahead'],
  [90, '90 s behind'],
])('a clock that differs is a problem: an answer dated %i s off', async (seconds, sentence) => {
  const base = await listen((req, res) => {
    res.setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString())
    aws(req, res)
  })
  const result = await cognitoAuth(['doctor', '--json'], sound(base))
  expect(result.code).toBe(1)
  const [clock] = of(result, 'clock')
  expect(clock?.status).toBe('problem')
  // The date has whole seconds.
  expect(clock?.message.replace(/\b(59|61) s/, '60 s').replace(/\b(89|91) s/, '90 s')).toContain(sentence)
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
  ['v18.20.8', 'Run the app on Node 20.19 or a later 20, or on 22.12 or newer'],
  ['v20.18.1', 'Run the app on Node 20.19 or a later 20, or on 22.12 or newer'],
  ['v21.7.3', 'Run the app on Node 22.12 or newer'],
  ['v22.11.0', 'Run the app on Node 22.12 or newer'],
])('Node %s is a problem, since require() does not take ES modules there', (version, fix) => {
  const message = `Node ${version} is not supported: require() does not take ES modules there`
  expect(checkNodeVersion(version)).toEqual({ check: 'node', status: 'problem', message, fix })
})

test.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v23.0.0', 'v24.0.0', 'v26.10.0'])('Node %s will do', (version) => {
  expect(checkNodeVersion(version)).toMatchObject({ status: 'ok' })
})

test('Node is judged by how large headers may be', () => {
  expect(checkHeaderSize(16_384)).toMatchObject({ status: 'warning' })
  expect(checkHeaderSize(32_768)).toMatchObject({ status: 'ok' })
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

test('the plural names are as good, and the names that Kubernetes makes are nobody’s', async () => {
  const { COGNITO_AUTH_ALB_ARN: arn = '', COGNITO_AUTH_CLIENT_ID: client = '', ...others } = sound(await listen(aws))
  const kubernetes = {
    COGNITO_AUTH_SERVICE_HOST: '10.0.0.1',
    COGNITO_AUTH_PORT_80_TCP_PORT: '80',
    COGNITO_AUTH_PORT: 'tcp://x',
  }
  const plural = { ...others, COGNITO_AUTH_ALB_ARNS: arn, COGNITO_AUTH_CLIENT_IDS: client, ...kubernetes }
  const result = await cognitoAuth(['doctor', '--json'], plural)
  expect(of(result, 'variables')).toMatchObject([{ status: 'ok' }])
  expect(of(result, 'options')).toMatchObject([{ status: 'ok' }])
})

test('bearer tokens: whose are accepted, and with which scopes', async () => {
  const base = sound(await listen(aws))
  const bearer = async (env: Record<string, string>) => of(await cognitoAuth(['doctor', '--json'], env), 'bearer')
  expect(await bearer(base)).toEqual([{ check: 'bearer', status: 'ok', message: 'Bearer tokens are off' }])
  const on = { ...base, COGNITO_AUTH_BEARER_CLIENT_IDS: 'cli, nightly-job' }
  expect(await bearer(on)).toEqual([
    {
      check: 'bearer',
      status: 'ok',
      message: 'Bearer tokens of the app clients cli, nightly-job are accepted, whatever their scopes',
    },
  ])
  expect(await bearer({ ...on, COGNITO_AUTH_BEARER_SCOPES: 'my-api/read,my-api/write' })).toMatchObject([
    { status: 'ok', message: matching(/are accepted, with the scopes my-api\/read, my-api\/write$/) },
  ])
  expect(await bearer({ ...on, COGNITO_AUTH_BEARER_CLIENT_IDS: 'cli,client' })).toMatchObject([
    { status: 'warning', message: matching(/also the client of the load balancer/) },
  ])
})

test('bearer tokens only: nothing is amiss without a load balancer', async () => {
  const { COGNITO_AUTH_ALB_ARN: _, COGNITO_AUTH_CLIENT_ID: __, ...others } = sound(await listen(aws))
  const result = await cognitoAuth(['doctor', '--json'], { ...others, COGNITO_AUTH_BEARER_CLIENT_IDS: 'cli' })
  expect(result.code).toBe(0)
  expect(report(result).findings.filter(({ status }) => status === 'warning')).toEqual([])
  expect(of(result, 'bearer')).toMatchObject([{ message: matching(/, and nothing else$/) }])
  expect(of(result, 'keys')).toMatchObject([{ status: 'ok' }, { status: 'skipped' }])
})

test.each([
  [{ COGNITO_AUTH_BEARER_SCOPES: 'my-api/read' }, /COGNITO_AUTH_BEARER_SCOPES needs COGNITO_AUTH_BEARER_CLIENT_IDS/],
  [{ COGNITO_AUTH_BEARER_CLIENT_IDS: ',' }, /COGNITO_AUTH_BEARER_CLIENT_IDS is empty/],
  [{ COGNITO_AUTH_BEARER_CLIENT_IDS: 'cli', COGNITO_AUTH_USER_POOL_ID: '' }, /COGNITO_AUTH_USER_POOL_ID\) is empty/],
])('bearer variables that cannot be meant are a problem of the options: %j', async (changes, sentence) => {
  const result = await cognitoAuth(['doctor', '--json'], { ...sound(await listen(aws)), ...changes })
  expect(result.code).toBe(1)
  expect(of(result, 'options')).toMatchObject([{ status: 'problem', message: matching(sentence) }])
})

test('certificates that are not verified are a problem', async () => {
  const env = { ...sound(await listen(aws)), NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  expect(of(await cognitoAuth(['doctor', '--json'], env), 'tls')).toMatchObject([{ status: 'problem' }])
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

test('names of groups are printed without what a terminal would obey', async () => {
  const path = join(folder, 'escapes.json')
  await writeFile(path, JSON.stringify({ allowed_groups: ['a\u001b[2Jb'] }))
  const { stdout } = await cognitoAuth(['explain', '--config', path, '--groups', 'x'])
  expect(stdout).toContain(String.raw`groups: a\u001b[2Jb`)
})

test.each([['help'], ['--help'], ['-h']])('%s prints all options', async (word) => {
  const { code, stdout } = await cognitoAuth([word])
  expect(code).toBe(0)
  expect(stdout).toContain('--platform-admin-groups')
})

test('--version prints the version and nothing else', async () => {
  const { code, stdout } = await cognitoAuth(['--version'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
})
