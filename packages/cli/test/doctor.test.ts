import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCognitoKey } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DoctorReport, Finding } from '../src/index.js'
import { checkHeaderSize, checkNodeVersion } from '../src/checks/node.js'
import { type Result, cognitoAuth } from './command.js'

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

function report({ stdout }: Result): DoctorReport {
  return JSON.parse(stdout) as DoctorReport
}

function of(result: Result, check: Finding['check']): Finding[] {
  return report(result).findings.filter((finding) => finding.check === check)
}

test('finds nothing to mend where all is well', async () => {
  const result = await cognitoAuth(['doctor'], sound(await listen(aws)))
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout).toMatch(/Nothing to mend\.\n$/)
  expect(result.stdout).not.toMatch(/^(warning|problem|skipped)/m)
  for (const check of ['node', 'header-size', 'variables', 'options', 'dev-mode', 'config', 'keys', 'clock']) {
    expect(result.stdout).toMatch(new RegExp(`^ok +${check} `, 'm'))
  }
})

test('an empty environment has something to mend: exit code 1, and what to do', async () => {
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
      message: 'COGNITO_AUTH_CLIENTID is read by nothing',
      fix: 'Did you mean COGNITO_AUTH_CLIENT_ID?',
    },
  ])
  expect(of(result, 'options').at(-1)).toMatchObject({ status: 'warning' })
})

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
      expect(finding).toMatchObject({ status: 'problem', fix: matching(/reach that host/) })
      expect(finding.message).toMatch(sentence)
    }
  }
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
  const there = { ...env, COGNITO_AUTH_DEV_MODE: 'yes', NODE_ENV: 'production' }
  const production = await cognitoAuth(['doctor', '--json', '--no-network'], there)
  expect(production.code).toBe(1)
  expect(of(production, 'options')).toMatchObject([
    { status: 'problem', message: matching(/devMode .* NODE_ENV=production/) },
  ])
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

test('Node is judged by its version, and by how large headers may be', () => {
  expect(checkNodeVersion('v20.18.1')).toMatchObject({ status: 'problem' })
  expect(checkNodeVersion('v18.20.0')).toMatchObject({ status: 'problem' })
  for (const version of ['v20.19.0', 'v22.1.0', 'v26.10.0']) {
    expect(checkNodeVersion(version)).toMatchObject({ status: 'ok' })
  }
  expect(checkHeaderSize(16_384)).toMatchObject({ status: 'warning' })
  expect(checkHeaderSize(32_768)).toMatchObject({ status: 'ok' })
})
