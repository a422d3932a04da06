/**
 * RSA keys of tests come from a pool on disk: a setup file of test files, and with `node --import` of processes that tests start.
 * They are real keys, and one file or process gets many different ones before the first comes again. Making new ones for each of
 * thousands of tests took half of their time.
 */
import crypto, { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadId } from 'node:worker_threads'

/** Keys of test files, and those of processes: what a test signs must not be signed by what it has started. */
const OF_FILES = 16
const OF_PROCESSES = 8

// Kept from run to run: whoever could write it could only make tests fail.
const folder = fileURLToPath(new URL('../node_modules/.cache/quick-keys', import.meta.url))
const makeKeyPair = crypto.generateKeyPairSync
const isProcess = process.execArgv.some((arg) => arg.includes('quick-keys'))
let next = 0

/** A key of the pool, made when it is first asked for: whoever runs one test waits for no others. */
function keyOf(number) {
  const path = join(folder, `rsa-2048-${number}.pem`)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const made = makeKeyPair('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  mkdirSync(folder, { recursive: true })
  // Renamed, so that another thread never reads half of it.
  const own = `${path}.${process.pid}-${threadId}`
  writeFileSync(own, made)
  renameSync(own, path)
  return made
}

function quickKeyPair(type, options) {
  if (type !== 'rsa' || options.modulusLength !== 2048) return makeKeyPair(type, options)
  const privateKey = createPrivateKey(keyOf(isProcess ? OF_FILES + (next % OF_PROCESSES) : next % OF_FILES))
  next += 1
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

// Setup files run for each test file; the thread, and with it this module's target, may be the same.
if (!('isQuick' in crypto.generateKeyPairSync)) {
  crypto.generateKeyPairSync = Object.assign(quickKeyPair, { isQuick: true })
  syncBuiltinESMExports()
}
