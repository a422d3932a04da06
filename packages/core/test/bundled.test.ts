/** A bundler writes the environment of the machine that builds into the code: what decides on production must not be written. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const core = fileURLToPath(new URL('../src/index.ts', import.meta.url))

const APP = `
  import { CognitoAuth, createMockUser } from ${JSON.stringify(core)}
  const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/my-alb/0123456789abcdef'
  const attempts = {
    devMode: () => new CognitoAuth({ devMode: true, authoriser: null }),
    localAlb: () => new CognitoAuth({ albArn, localAlb: 'http://localhost:8080', authoriser: null }),
    createMockUser: () => createMockUser(),
    variable: () => new CognitoAuth({ authoriser: null }),
  }
  for (const [name, attempt] of Object.entries(attempts)) {
    let outcome = 'accepted'
    try { attempt() } catch (error) { outcome = error.message }
    console.log(name + ': ' + outcome)
  }`

/** As webpack in development, esbuild, Next and Vite are set up by people; the last two write more than one name. */
const DEFINES: Record<string, string>[] = [
  { 'process.env.NODE_ENV': '"development"' },
  { 'process.env': '{"NODE_ENV":"development"}' },
  { 'globalThis.process.env.NODE_ENV': '"development"', 'process.env.NODE_ENV': '"development"', 'process.env': '{}' },
]

async function bundle(define: Record<string, string>, format: 'esm' | 'cjs', minify: boolean): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: APP, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format,
    minify,
    define,
    external: ['@aws-sdk/*'],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

function run(code: string, format: 'esm' | 'cjs', env: NodeJS.ProcessEnv): string {
  const type = format === 'esm' ? 'module' : 'commonjs'
  const { stdout, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '--no-warnings', '-'], {
    input: code,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  return stdout + stderr
}

test.each(
  DEFINES.flatMap((define) => [
    { define, format: 'esm' as const },
    { define, format: 'cjs' as const },
  ]),
)(
  'a development build with $define ($format), run in production, refuses what is for development',
  async ({ define, format }) => {
    const code = await bundle(define, format, format === 'cjs')
    const inProduction = run(code, format, { NODE_ENV: 'production' })
    expect(inProduction).toMatch(/^devMode: devMode .*NODE_ENV=production/m)
    expect(inProduction).toMatch(/^localAlb: localAlb .*NODE_ENV=production/m)
    expect(inProduction).toMatch(/^createMockUser: .*NODE_ENV=production/m)
    expect(inProduction).toMatch(/^variable: albArn .*is required/m)
  },
)

test('a production build, run in development, allows it; variables are those of the machine that runs', async () => {
  const code = await bundle({ 'process.env.NODE_ENV': '"production"', 'process.env': '{}' }, 'esm', true)
  const output = run(code, 'esm', { NODE_ENV: 'development', COGNITO_AUTH_ALB_ARN: 'x' })
  expect(output).toMatch(/^devMode: albArn \(COGNITO_AUTH_ALB_ARN\) must be the ARN/m)
  expect(output).toMatch(/^localAlb: accepted$/m)
  expect(output).toMatch(/^createMockUser: accepted$/m)
})
