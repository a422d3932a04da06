/** `audit` as a shell runs it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RULES } from '../../src/audit/rules.js'
import { run } from '../../src/main.js'
import { cognitoAuth } from '../command.js'
import { pathOf, TEMPLATES } from './templates.js'

const sound = pathOf('fargate.template.json')
const faulty = pathOf('nested-open.template.json')

test('a sound template: exit code 0', async () => {
  expect(await cognitoAuth(['audit', sound])).toEqual({ code: 0, stdout: 'No problems found.\n', stderr: '' })
})

test('how many checks were not made is said', async () => {
  const { code, stdout } = await cognitoAuth(['audit', pathOf('parameters.template.json')])
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'No problems found.\n9 checks were not made: parameters, imports, or values known after apply decide.\n',
  })
})

test('problems: exit code 1, each with its resource, why, and what to write', async () => {
  const { code, stdout } = await cognitoAuth(['audit', faulty])
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /^open-path {8}Health \(error\)\n {17}This rule forwards .* \(https:.*\)\n {17}-> CDK: .*CloudFormation: /,
  )
  expect(stdout).toMatch(/\n\n2 problems found\.\n$/)
  const terraform = await cognitoAuth(['audit', pathOf('terraform-open-targets.plan.json')])
  expect(terraform.stdout).toMatch(/^open-targets {2}aws_security_group\.app \(error\)\n/)
  expect(terraform.stdout).not.toMatch(/CDK|CloudFormation/)
})

test('--json has these members and no others', async () => {
  const { code, stdout } = await cognitoAuth(['audit', '--json', faulty])
  expect(code).toBe(1)
  const report = JSON.parse(stdout) as { findings: object[] }
  expect(report).toMatchObject({
    findings: [
      { rule: 'open-path', resource: 'Health' },
      { rule: 'invalid-headers', resource: 'Alb' },
    ],
    unchecked: 0,
  })
  expect(Object.keys(report)).toEqual(['findings', 'unchecked'])
  for (const finding of report.findings) expect(Object.keys(finding)).toEqual(['rule', 'resource', 'why', 'fix'])
})

test('--sarif is a log that points into the file of the resource', async () => {
  const { code, stdout } = await cognitoAuth(['audit', '--sarif', 'nested-open.template.json'], {}, pathOf(''))
  expect(code).toBe(1)
  const { version, runs } = JSON.parse(stdout) as { version: string; runs: { tool: object; results: object[] }[] }
  expect(version).toBe('2.1.0')
  expect(runs).toHaveLength(1)
  expect(runs[0]?.tool).toMatchObject({ driver: { rules: RULES.map(({ name }) => ({ id: name })) } })
  expect(runs[0]?.results).toMatchObject([
    {
      ruleId: 'open-path',
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'nested-open.web.json' }, region: { startLine: 18 } },
          logicalLocations: [{ name: 'Health' }],
        },
      ],
    },
    { ruleId: 'invalid-headers', level: 'warning' },
  ])
})

test('--ignore leaves out one rule at one resource, both exactly', async () => {
  const ignoring = async (...texts: string[]): Promise<number | null> =>
    (await cognitoAuth(['audit', faulty, ...texts.flatMap((text) => ['--ignore', text])])).code
  expect(await ignoring('open-path:Health')).toBe(1)
  expect(await ignoring('open-path:Health', 'invalid-headers:Alb')).toBe(0)
  expect(await ignoring('open-path:health', 'invalid-headers:Alb')).toBe(1)
  expect(await ignoring('open-path:Health2', 'invalid-headers:Alb')).toBe(1)
  const address = 'callback-url:aws_cognito_user_pool_client.alb'
  const { stdout } = await cognitoAuth(['audit', pathOf('terraform-client.plan.json'), '--json', '--ignore', address])
  expect(stdout).not.toContain('callback-url')
})

test.each([
  [['audit'], /^Missing file/],
  [['audit', sound, sound], /^audit takes one file/],
  [['audit', sound, '--json', '--sarif'], /^--json and --sarif cannot be used together/],
  [['audit', sound, '--ignore', 'open-pth:Health'], /^Unknown rule 'open-pth'\. Did you mean 'open-path'\?/],
  [['audit', sound, '--ignore', 'Open-Path:Health'], /^Unknown rule/],
  [['audit', sound, '--ignore', 'open-path'], /^--ignore must be RULE:RESOURCE/],
  [['audit', sound, '--ignore', 'open-path:'], /^--ignore must be RULE:RESOURCE/],
  [['audit', sound, '--jsn'], /^Unknown option '--jsn'\. Did you mean '--json'\?/],
])('%j is not understood: exit code 2', async (args, sentence) => {
  const { code, stdout, stderr } = await cognitoAuth(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(sentence)
})

test.each([
  ['nowhere.json', /^nowhere\.json does not exist$/m],
  ['.', /^\. is a folder$/m],
  ['README.md', /^README\.md is not JSON/m],
])('%s is unreadable: exit code 3', async (file, sentence) => {
  const { code, stdout, stderr } = await cognitoAuth(['audit', file])
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(sentence)
})

test('no value of a template is printed, and no control character of a name is obeyed', async () => {
  for (const { file } of TEMPLATES) {
    for (const format of ['--json', '--sarif']) {
      const { stdout } = await run(['audit', pathOf(file), format])
      expect(stdout).not.toMatch(/example\.com|111122223333|my-app|0\.0\.0\.0/i)
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'audit-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'escapes.json')
  const permission = {
    Type: 'AWS::Lambda::Permission',
    Properties: { Principal: 'elasticloadbalancing.amazonaws.com' },
  }
  await writeFile(path, JSON.stringify({ Resources: { 'A\u001b[2J\u009b\u202eB\nC': permission } }))
  const { stdout } = await cognitoAuth(['audit', path])
  expect(stdout).toContain(String.raw`A\u001b[2J\u009b\u202eB\u000aC (`)
})
