/**
 * What the environment says: variables, the options they make, and dev mode.
 *
 * @module
 */

import { CognitoAuth, ConfigurationError } from '@cognito-auth/core'
import { devModeOfEnvironment, refuseDevModeInProduction, unknownVariables } from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'

/** Variables that nothing reads: a misspelt one silently does nothing. */
export function checkVariables(environment: NodeJS.ProcessEnv): Finding[] {
  const findings = unknownVariables(environment).map(({ name, nearest }) =>
    finding('variables', 'problem', `${name} is read by nothing`, `Did you mean ${nearest}?`),
  )
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
    'Dev mode is on: requests without tokens come in as a mock user',
    'Unset COGNITO_AUTH_DEV_MODE everywhere but on your own machine',
  )
}

/**
 * The options that the variables make, checked as the app checks them when it starts.
 *
 * @param devMode What was found of dev mode. Where that is refused, it must not hide what else is wrong.
 */
export function checkOptions(environment: NodeJS.ProcessEnv, devMode: Finding): Finding[] {
  try {
    // Without the config, which has a check of its own.
    void new CognitoAuth({ authoriser: null, ...(devMode.status === 'problem' ? { devMode: false } : {}) })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [finding('options', 'problem', error.message, 'Correct it where the environment of the app is set')]
  }
  const findings = [finding('options', 'ok', 'The options are sound')]
  if (!environment['COGNITO_AUTH_CLIENT_ID']?.trim()) {
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
