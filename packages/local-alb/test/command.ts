/**
 * Runs the command as it is published: `npx pnpm test` builds first.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QUICKLY } from './quickly.js'

export const CLI = fileURLToPath(new URL('../dist/cli.mjs', import.meta.url))

/** A folder for the files of one test file, which takes it away at the end; the next of its thread makes it again. */
export const folder = mkdtempSync(join(tmpdir(), 'local-alb-'))

/** Tells what it was told; `/exit` ends it with 7. */
export const APP = `require('node:http').createServer((req, res) => {
  if (req.url === '/exit') process.exit(7)
  res.end(JSON.stringify({ arn: process.env.COGNITO_AUTH_ALB_ARN, base: process.env.COGNITO_AUTH_LOCAL_ALB }))
}).listen(process.env.PORT)`

/** Writes a file. @returns its path. */
export function file(name: string, content: unknown): string {
  const path = join(folder, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** After `--`: that app. */
export const command = ['--', process.execPath, join(folder, 'app.cjs')]
/** After `--config`: no sign-in. */
export const publicEverything = join(folder, 'config.json')

/** Writes what these two are. */
export function prepare(): void {
  file('app.cjs', APP)
  file('config.json', { _comment: 'no sign-in', rules: [{ path: '/*', action: 'none' }] })
}

/** Runs the command; `ready` is its URL, `done` its exit code and what it said. */
export function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  prepare()
  const child = spawn(process.execPath, [...QUICKLY, CLI, ...args], { env: { ...process.env, ...env } })
  let said = ''
  const done = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, said })),
  )
  const ready = new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      const url = /Local load balancer on (\S+)/.exec(said)?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', () => reject(new Error(`it ended: ${said}`)))
  })
  ready.catch(() => undefined)
  return { child, ready, done }
}
