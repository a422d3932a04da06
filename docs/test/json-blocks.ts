/**
 * Checks the JSON of pages: that it is JSON, and what the code that reads such a file says of it.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
import { type LocalAlbOptions, startLocalAlb } from '@cognito-auth/local-alb'
import type { Block } from './blocks.js'

/** Gives `read` a file that holds the JSON. */
async function withFile(json: string, read: (path: string) => Promise<unknown>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'))
  try {
    const path = join(folder, 'block.json')
    writeFileSync(path, json)
    await read(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Dev mode reads it, and its user comes in. */
async function checkMockUser(path: string): Promise<void> {
  const before = process.env['COGNITO_AUTH_DEV_CONFIG']
  process.env['COGNITO_AUTH_DEV_CONFIG'] = path
  try {
    await new CognitoAuth({ devMode: true, authoriser: null }).requireUser({})
  } finally {
    if (before === undefined) delete process.env['COGNITO_AUTH_DEV_CONFIG']
    else process.env['COGNITO_AUTH_DEV_CONFIG'] = before
  }
}

/** Users and rules of the local load balancer: it says itself what is wrong with them. */
async function checkLocalAlb(options: LocalAlbOptions): Promise<void> {
  const alb = await startLocalAlb({ target: 'http://localhost:1', ...options, port: 0 })
  await alb.stop()
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is wrong with a block; `undefined` for nothing. */
export async function jsonProblem(block: Block): Promise<string | undefined> {
  try {
    const value: unknown = JSON.parse(block.code)
    if (block.name === 'users.json') await checkLocalAlb({ users: value as NonNullable<LocalAlbOptions['users']> })
    else if (block.name === 'dev-mock-user.json') await withFile(block.code, checkMockUser)
    else if (isObject(value) && 'rules' in value) await checkLocalAlb(value)
    else if (isObject(value) && Object.keys(value).some((key) => key.startsWith('allowed_'))) {
      await withFile(block.code, (path) => Authoriser.fromFile(path).warmUp())
    }
    return undefined
  } catch (error) {
    return `${block.page}:${block.line} ${error instanceof Error ? error.message : String(error)}`
  }
}
