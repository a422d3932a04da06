/**
 * A setup file for tests: RSA keys come from a pool on disk. They are real keys, and a test file gets sixteen different ones
 * before the first comes again; making new ones for each of thousands of tests took half of their time.
 */
import crypto, { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadId } from 'node:worker_threads'

const SIZE = 16
// Kept from run to run: whoever could write it could only make tests fail.
const path = fileURLToPath(new URL('../node_modules/.cache/quick-keys/rsa-2048.json', import.meta.url))
const makeKeyPair = crypto.generateKeyPairSync

function pool(): string[] {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as string[]
  const made = Array.from({ length: SIZE }, () =>
    makeKeyPair('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  mkdirSync(dirname(path), { recursive: true })
  // Renamed, so that another thread never reads half of it.
  writeFileSync(`${path}.${process.pid}-${threadId}`, JSON.stringify(made))
  renameSync(`${path}.${process.pid}-${threadId}`, path)
  return made
}

const keys = pool()
let next = 0

function quickKeyPair(
  type: string,
  options: { modulusLength?: number },
): { privateKey: KeyObject; publicKey: KeyObject } {
  if (type !== 'rsa' || options.modulusLength !== 2048)
    return makeKeyPair(type as 'rsa', options as { modulusLength: number })
  const privateKey = createPrivateKey(keys[next % SIZE] ?? '')
  next += 1
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

// Setup files run for each test file; the thread, and with it this module's target, may be the same.
if (!('isQuick' in crypto.generateKeyPairSync)) {
  crypto.generateKeyPairSync = Object.assign(quickKeyPair, {
    isQuick: true,
  }) as unknown as typeof crypto.generateKeyPairSync
  syncBuiltinESMExports()
}
