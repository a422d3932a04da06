/**
 * For mutation testing only: RSA keys from a pool on disk. They are real keys; making new ones for each of some
 * thousands of runs would take most of the time.
 */
import crypto, { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIZE = 16
const folder = join(tmpdir(), `quick-keys-${process.pid}`)
const path = join(folder, 'keys.json')
const makeKeyPair = crypto.generateKeyPairSync

function pool(): string[] {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as string[]
  const made = Array.from({ length: SIZE }, () =>
    makeKeyPair('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, JSON.stringify(made))
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

crypto.generateKeyPairSync = quickKeyPair as typeof crypto.generateKeyPairSync
syncBuiltinESMExports()
