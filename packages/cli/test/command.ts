/** Runs the built command as a shell would. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const CLI = fileURLToPath(new URL('../dist/cli.mjs', import.meta.url))
/** Has the AWS SDK among its dependencies, as an app that reads a secret has. */
const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/** What came of it. */
export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * @param env Variables besides `PATH`; nothing of the test's own environment reaches the command.
 * @param cwd Where it runs. @default this package
 */
export async function cognitoAuth(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = PACKAGE,
): Promise<Result> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout, stderr }
}

/**
 * Speaks the JSON protocol of Secrets Manager for the length of a test; the variables that lead the SDK to it.
 *
 * @param secrets What they hold, by name. Others do not exist.
 */
export async function secretsManager(secrets: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => {
      const { SecretId: name = '' } = JSON.parse(body) as { SecretId?: string }
      const value = secrets[name]
      const answer = value === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString: value }
      res.writeHead(value === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      res.end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    AWS_REGION: 'eu-west-2',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
}
