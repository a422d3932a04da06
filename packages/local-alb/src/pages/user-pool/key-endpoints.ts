/**
 * Public keys: the load balancer's as PEM, the user pool's as JWKS, both with their faults.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from '../../html/answers.js'
import { USER_POOL_ID } from '../../tokens/provider.js'
import type { AlbState } from '../../sessions/state.js'

const KEYS_PATH = '/_local-alb/keys/'
const JWKS_PATH = `/_local-alb/${USER_POOL_ID}/.well-known/jwks.json`
const DISCOVERY_PATH = `/_local-alb/${USER_POOL_ID}/.well-known/openid-configuration`
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

/** Where a client finds the rest, as below a user pool's issuer (OpenID Connect Discovery 1.0, section 3). */
function discovery({ issuer, origins }: AlbState): Readonly<Record<string, unknown>> {
  const domain = `${origins.pool}/_local-alb`
  return {
    issuer: issuer.provider.issuer,
    authorization_endpoint: `${domain}/oauth2/authorize`,
    token_endpoint: `${domain}/oauth2/token`,
    jwks_uri: origins.local + JWKS_PATH,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}

/** Answers a request for keys. @returns `false` for any other path. */
export async function answerKeys(state: AlbState, res: ServerResponse, path: string): Promise<boolean> {
  if (path === DISCOVERY_PATH && state.issuer.provider.userPool !== undefined) {
    answer(res, 200, { 'content-type': 'application/json' }, JSON.stringify(discovery(state)))
    return true
  }
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
