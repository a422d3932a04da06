/**
 * Certificate verification, without which anyone on the network answers key requests.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { isDevelopment, productionMode } from '../lib/process/is-development.js'
import { environmentVariable } from '../lib/process/process-environment.js'
import { isFirst } from '../lib/process/shared.js'

/**
 * Refuses a process that verifies no TLS certificates (CWE-295): public keys are the root of trust of every token, and the
 * global `fetch` goes by this variable whatever we ask of it. In development it warns once instead.
 *
 * @throws {ConfigurationError} in production.
 * @see {@link https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue NODE_TLS_REJECT_UNAUTHORIZED}
 */
export function requireTlsVerification(): void {
  if (environmentVariable('NODE_TLS_REJECT_UNAUTHORIZED') !== '0') return
  const sentence =
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off certificate verification: anyone on the network can answer for the public keys. Unset it; NODE_EXTRA_CA_CERTS adds a certificate authority'
  if (!isDevelopment()) throw new ConfigurationError(`${sentence}. It is refused with ${productionMode()}`)
  if (!isFirst('tls')) return
  process.emitWarning(sentence, { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_TLS' })
}
