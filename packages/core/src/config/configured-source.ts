/**
 * The source of the authorisation config that the environment names.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { variable } from '../options/readers.js'
import type { ConfigSource } from './config-source.js'
import { fileSource } from './file-source.js'
import { secretSource } from './secret-source.js'

/**
 * Where the environment says that the authorisation config is.
 *
 * @throws {ConfigurationError} when it does not say.
 */
export function configSource(): ConfigSource {
  const path = variable('COGNITO_AUTH_CONFIG_PATH', 'authoriser')
  if (path !== undefined) return fileSource(path)
  const secret = variable('COGNITO_AUTH_SECRET_NAME', 'authoriser')
  if (secret !== undefined) return secretSource(secret)
  throw new ConfigurationError(
    'No authorisation config: set COGNITO_AUTH_CONFIG_PATH to a JSON file or COGNITO_AUTH_SECRET_NAME to a Secrets Manager secret, or give the option authoriser (null allows everyone who is signed in)',
  )
}
