/**
 * What the environment says: variables, the options they make, and dev mode.
 *
 * @module
 */

import { existsSync } from 'node:fs'
import { CognitoAuth, ConfigurationError } from '@cognito-auth/core'
import {
  devModeOfEnvironment,
  groupsClaimWarnings,
  refuseDevModeInProduction,
  unknownVariables,
} from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'
import { checkPrefixes } from './forgotten-prefix.js'
import { isAnySet } from './variables.js'

/** Node reads a `.env` file where it is told to, and neither the app nor this command does by itself. */
function unreadFile(environment: NodeJS.ProcessEnv): Finding[] {
  if (Object.keys(environment).some((name) => name.startsWith('COGNITO_AUTH_')) || !existsSync('.env')) return []
  return [
    finding(
      'variables',
      'warning',
      'No COGNITO_AUTH_ variable is set, and there is a file .env here, which nothing reads by itself',
      'Start the app with node --env-file=.env, and this command with node --env-file=.env node_modules/@cognito-auth/cli/dist/cli.mjs doctor',
    ),
  ]
}

/** Variables that nothing reads: a misspelt one silently does nothing. */
export function checkVariables(environment: NodeJS.ProcessEnv): Finding[] {
  const findings = unknownVariables(environment).map(({ name, nearest }) =>
    finding('variables', 'problem', `Unknown variable '${name}'`, `Did you mean '${nearest}'?`),
  )
  findings.push(...checkPrefixes(environment), ...unreadFile(environment))
  if (environment['COGNITO_AUTH_CONFIG_PATH']?.trim() && environment['COGNITO_AUTH_SECRET_NAME']?.trim()) {
    findings.push(
      finding(
        'variables',
        'warning',
        'COGNITO_AUTH_CONFIG_PATH and COGNITO_AUTH_SECRET_NAME are both set: the secret is not read',
        'Unset the one that is not meant',
      ),
    )
  }
  if (findings.length > 0) return findings
  return [finding('variables', 'ok', 'Every COGNITO_AUTH_ variable is one that is read')]
}

/** Without certificate verification anyone on the network can answer for the public keys (CWE-295). */
export function checkTls(environment: NodeJS.ProcessEnv): Finding[] {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return []
  return [
    finding(
      'tls',
      'problem',
      'NODE_TLS_REJECT_UNAUTHORIZED=0: no certificate is verified, so anyone on the network can answer for the public keys',
      'Unset it. NODE_EXTRA_CA_CERTS adds the certificate authority of a proxy',
    ),
  ]
}

/** Dev mode: nothing for where real users are. */
export function checkDevMode(): Finding {
  try {
    if (!devModeOfEnvironment()) return finding('dev-mode', 'ok', 'Dev mode is off')
    refuseDevModeInProduction()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return finding('dev-mode', 'problem', error.message, 'Unset COGNITO_AUTH_DEV_MODE where real users are')
  }
  return finding(
    'dev-mode',
    'warning',
    'Dev mode is on: requests without tokens are served as a mock user',
    'Unset COGNITO_AUTH_DEV_MODE everywhere but on your own machine',
  )
}

/**
 * The options that the variables make, checked as the app checks them when it starts.
 *
 * @param devMode What was found of dev mode. Where that is refused, it must not hide what else is wrong.
 */
export function checkOptions(environment: NodeJS.ProcessEnv, devMode: Finding): Finding[] {
  const options = devMode.status === 'problem' ? { devMode: false } : {}
  try {
    // Without the config, which has a check of its own.
    void new CognitoAuth({ authoriser: null, ...options })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [finding('options', 'problem', error.message, 'Correct it where the environment of the app is set')]
  }
  const findings = [
    finding('options', 'ok', 'The options are sound'),
    ...groupsClaimWarnings(options).map(({ message, fix }) => finding('options', 'warning', message, fix)),
  ]
  const hasAlb = isAnySet(environment, 'COGNITO_AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARNS')
  if (hasAlb && !isAnySet(environment, 'COGNITO_AUTH_CLIENT_ID', 'COGNITO_AUTH_CLIENT_IDS')) {
    findings.push(
      finding(
        'options',
        'warning',
        'COGNITO_AUTH_CLIENT_ID is not set: users of every app behind that load balancer are accepted',
        'Set it to the app client of this app',
      ),
    )
  }
  return findings
}
