import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkNodeVersion } from '../src/checks/node.js'
import { checkVariables } from '../src/checks/settings.js'
import { cognitoAuth } from './command.js'
import { aws, folder, listen, matching, of, report, sound } from './doctor-stage.js'

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

test.each([
  ['ALB_ARN', 'COGNITO_AUTH_ALB_ARN', 'problem'],
  ['alb_arn', 'COGNITO_AUTH_ALB_ARN', 'problem'],
  ['ALB_ARNS', 'COGNITO_AUTH_ALB_ARNS', 'problem'],
  ['alb_arns', 'COGNITO_AUTH_ALB_ARNS', 'problem'],
  ['LOAD_BALANCER_ARNS', 'COGNITO_AUTH_ALB_ARNS', 'problem'],
  ['COGNITO_CLIENT_IDS', 'COGNITO_AUTH_CLIENT_IDS', 'problem'],
  ['USER_POOL_IDS', 'COGNITO_AUTH_USER_POOL_ID', 'problem'],
  ['AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARN', 'problem'],
  ['COGNITO_ALB_ARN', 'COGNITO_AUTH_ALB_ARN', 'problem'],
  ['LOAD_BALANCER_ARN', 'COGNITO_AUTH_ALB_ARN', 'problem'],
  ['CLIENT_ID', 'COGNITO_AUTH_CLIENT_ID', 'problem'],
  ['COGNITO_AUTHCLIENT_ID', 'COGNITO_AUTH_CLIENT_ID', 'problem'],
  ['COGNITO_USER_POOL_CLIENT_ID', 'COGNITO_AUTH_CLIENT_ID', 'problem'],
  ['AWS_COGNITO_USER_POOL', 'COGNITO_AUTH_USER_POOL_ID', 'problem'],
  ['COGNITO_DOMAIN', 'COGNITO_AUTH_DOMAIN', 'problem'],
  ['COGNITO_CONFIG_PATH', 'COGNITO_AUTH_CONFIG_PATH', 'problem'],
  ['AUTH_ISSUER', 'COGNITO_AUTH_ISSUER', 'warning'],
  ['CONFIG_PATH', 'COGNITO_AUTH_CONFIG_PATH', 'warning'],
  ['SECRET_NAME', 'COGNITO_AUTH_SECRET_NAME', 'warning'],
  ['GROUPS_CLAIM', 'COGNITO_AUTH_GROUPS_CLAIM', 'warning'],
  ['BEARER_CLIENT_IDS', 'COGNITO_AUTH_BEARER_CLIENT_IDS', 'warning'],
  ['PLATFORM_ADMIN_GROUPS', 'COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', 'warning'],
])('%s is told to be %s: a %s', (name, meant, status) => {
  expect(checkVariables({ COGNITO_AUTH_REGION: 'eu-west-2', [name]: 'x' })).toEqual([
    {
      check: 'variables',
      status,
      message: `${name} is read by nothing, and ${meant} is not set`,
      fix: `Rename it to ${meant}`,
    },
  ])
})

test.each<[string, Record<string, string>?]>([
  ['DOMAIN'],
  ['REGION'],
  ['AWS_REGION'],
  ['ISSUER'],
  ['REDIRECT_URL'],
  ['DEV_MODE'],
  ['COGNITO_AUTHORITY'],
  ['AUTH_SECRET'],
  ['ALB_ARN', { COGNITO_AUTH_ALB_ARNS: 'x' }],
  ['ALB_ARNS', { COGNITO_AUTH_ALB_ARN: 'x' }],
  ['ALB_ARN', { COGNITO_AUTH_ALB_ARN: 'x' }],
  ['CONFIG_PATH', { COGNITO_AUTH_SECRET_NAME: 'x' }],
  ['USER_POOL_ID', { COGNITO_AUTH_ISSUER: 'x' }],
])('%s is the name of something else, beside %j', (name, others = {}) => {
  const environment = { COGNITO_AUTH_GROUPS_CLAIM: 'x', ...others, [name]: 'x' }
  expect(checkVariables(environment)).toMatchObject([{ status: 'ok' }])
})

test('a claim that groups come from, and that others may be able to write, is a warning', async () => {
  const { COGNITO_AUTH_USER_POOL_ID: pool = '', ...others } = sound(await listen(aws))
  const found = async (env: Record<string, string>) =>
    of(await cognitoAuth(['doctor', '--json'], { ...others, ...env }), 'options').slice(1)
  expect(await found({ COGNITO_AUTH_GROUPS_CLAIM: 'groups', COGNITO_AUTH_USER_POOL_ID: pool })).toEqual([])
  expect(await found({ COGNITO_AUTH_GROUPS_CLAIM: 'custom:groups' })).toMatchObject([
    { status: 'warning', message: matching(/^groupsClaim without issuer \(COGNITO_AUTH_ISSUER\) or userPoolId/) },
    { status: 'warning', message: matching(/^groupsClaim begins with custom/) },
  ])
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

test.each(['maybe', '"true"', 'on'])('dev mode that is neither on nor off is a problem: %s', async (value) => {
  const env = { ...sound(await listen(aws)), COGNITO_AUTH_DEV_MODE: value }
  const result = await cognitoAuth(['doctor', '--json'], env)
  expect(of(result, 'dev-mode')).toMatchObject([{ status: 'problem', message: matching(/COGNITO_AUTH_DEV_MODE/) }])
  // What else is right or wrong is told all the same.
  expect(of(result, 'options')).toMatchObject([{ status: 'ok' }])
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

test('a config that is broken is a problem', async () => {
  const env = sound(await listen(aws))
  await writeFile(join(folder, 'auth-config.json'), '{')
  const result = await cognitoAuth(['doctor', '--json'], env)
  expect(result.code).toBe(1)
  expect(of(result, 'config')).toMatchObject([{ status: 'problem', message: matching(/is not JSON/) }])
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

test.each([
  ['v18.20.8', 'Run the app on Node 20.19 or a later 20, or on 22.12 or newer'],
  ['v20.18.1', 'Run the app on Node 20.19 or a later 20, or on 22.12 or newer'],
  ['v21.7.3', 'Run the app on Node 22.12 or newer'],
  ['v22.11.0', 'Run the app on Node 22.12 or newer'],
])('Node %s is a problem, since require() does not take ES modules there', (version, fix) => {
  const message = `Node ${version} is not supported: require() does not take ES modules there`
  expect(checkNodeVersion(version)).toEqual({ check: 'node', status: 'problem', message, fix })
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

test('names of groups are printed without what a terminal would obey', async () => {
  const path = join(folder, 'escapes.json')
  await writeFile(path, JSON.stringify({ allowed_groups: ['a\u001b[2Jb\u061c\nALLOWED'] }))
  const { stdout } = await cognitoAuth(['explain', '--config', path, '--groups', 'x'])
  expect(stdout).toContain(String.raw`groups: a\u001b[2Jb\u061c\u000aALLOWED`)
})

test('names of variables write no line of their own', async () => {
  const env = { ...sound(await listen(aws)), 'COGNITO_AUTH_X\nok       options      fine\tso': '1' }
  const { stdout } = await cognitoAuth(['doctor'], env)
  expect(stdout).toContain(String.raw`'COGNITO_AUTH_X\u000aok       options      fine\u0009so'`)
})

test.each([['help'], ['--help'], ['-h']])('%s prints all options', async (word) => {
  const { code, stdout } = await cognitoAuth([word])
  expect(code).toBe(0)
  expect(stdout).toContain('--platform-admin-groups')
})

test.each([[['--version']], [['explain', '--version']], [['doctor', '--version']], [['audit', '--version']]])(
  '%j prints the version and nothing else',
  async (args) => {
    const { code, stdout } = await cognitoAuth(args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
  },
)
