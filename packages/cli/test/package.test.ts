import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cognitoAuth } from './command.js'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test('the package has one command, so that `npx @cognito-auth/cli` knows which to run', () => {
  const { bin } = JSON.parse(read('package.json')) as { bin: Record<string, string> }
  const [command = '', ...others] = Object.values(bin)
  expect(others).toEqual([])
  expect(read(command)).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('all commands can be imported, and required', async () => {
  const imported = (await import('@cognito-auth/cli')) as object
  const required = createRequire(import.meta.url)('@cognito-auth/cli') as object
  expect(Object.keys(imported).sort()).toEqual(['UnreadableError', 'audit', 'doctor', 'explain'])
  expect(Object.keys(required)).toEqual(expect.arrayContaining(['audit', 'doctor', 'explain']))
})

test('a bug keeps its stack, and is neither a yes nor a no: exit code 70', async () => {
  const broken = `process.cwd = () => { throw new Error('broken on purpose') }`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(broken)}`
  const { code, stdout, stderr } = await cognitoAuth(['doctor', '--no-network'], { NODE_OPTIONS })
  expect({ code, stdout }).toEqual({ code: 70, stdout: '' })
  expect(stderr).toMatch(/Error: broken on purpose\n +at /)
})

describe('the README shows what explain prints', () => {
  const readme = read('README.md')
  const [, config = ''] = /```json \[auth-config\.json\]\n(.+?)\n```/s.exec(readme) ?? []
  const examples = [...readme.matchAll(/```console\n\$ npx @cognito-auth\/cli (explain [^\n]+)\n(.*?)```/gs)].map(
    ([, command = '', output = '']) => ({ command, output }),
  )

  test.each(examples)('$command', async ({ command, output }) => {
    const folder = await mkdtemp(join(tmpdir(), 'readme-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'auth-config.json'), config)
    expect((await cognitoAuth(command.split(' '), {}, folder)).stdout).toBe(output)
  })

  test('twice', () => expect(examples).toHaveLength(2))
})
