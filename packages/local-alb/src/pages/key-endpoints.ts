/**
 * Public keys: the load balancer's as PEM, the user pool's as JWKS, both with their faults.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from '../html/answers.js'
import { USER_POOL_ID } from '../tokens/provider.js'
import type { AlbState } from '../sessions/state.js'

const KEYS_PATH = '/_local-alb/keys/'
const JWKS_PATH = `/_local-alb/${USER_POOL_ID}/.well-known/jwks.json`
const SLOW_MS = 5_000
/** As S3 says it, which is behind the endpoint of at least one partition. */
const NOT_FOUND = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code></Error>\n'

/** Runs the fault of the key endpoints, if one is set. @returns whether that has answered. */
async function runFault({ fault }: AlbState, res: ServerResponse): Promise<boolean> {
  if (fault === 'keys_down') {
    res.destroy()
    return true
  }
  if (fault === 'keys_error') {
    answer(res, 500, { 'content-type': 'text/plain' }, 'fault: keys_error\n')
    return true
  }
  if (fault === 'keys_slow') await sleep(SLOW_MS, undefined, { ref: false })
  return false
}

/** Answers a request for keys. @returns `false` for any other path. */
export async function answerKeys(state: AlbState, res: ServerResponse, path: string): Promise<boolean> {
  const isKey = path.startsWith(KEYS_PATH)
  if (!isKey && path !== JWKS_PATH) return false
  if (await runFault(state, res)) return true
  const { issuer } = state
  if (!isKey) {
    answer(res, 200, { 'content-type': 'application/json' }, JSON.stringify(issuer.provider.jwks))
    return true
  }
  const pem = issuer.pemOf(path.slice(KEYS_PATH.length))
  if (pem === undefined) answer(res, 404, { 'content-type': 'application/xml' }, NOT_FOUND)
  else answer(res, 200, { 'content-type': 'application/x-pem-file' }, pem)
  return true
}
