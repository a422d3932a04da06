/**
 * Checks the JSON of pages: that it is JSON, and what the code that reads such a file says of it.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authoriser } from '@cognito-auth/core'
import { type LocalAlbOptions, startLocalAlb } from '@cognito-auth/local-alb'
import type { Block } from './blocks.js'

async function checkAuthConfig(json: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'))
  try {
    const path = join(folder, 'auth-config.json')
    writeFileSync(path, json)
    await Authoriser.fromFile(path).warmUp()
  } finally {
    rmSync(folder, { recursive: true })
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
    else if (isObject(value) && 'rules' in value) await checkLocalAlb(value)
    else if (isObject(value) && Object.keys(value).some((key) => key.startsWith('allowed_'))) {
      await checkAuthConfig(block.code)
    }
    return undefined
  } catch (error) {
    return `${block.page}:${block.line} ${error instanceof Error ? error.message : String(error)}`
  }
}
