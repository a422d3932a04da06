/**
 * What the environment says: variables, the options they make, dev mode, and the config.
 *
 * @module
 */

import { Authoriser, CognitoAuth, CognitoAuthError, ConfigurationError } from '@cognito-auth/core'
import { unknownVariables } from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'

/** Variables that nothing reads: a misspelt one silently does nothing. */
export function checkVariables(environment: NodeJS.ProcessEnv): Finding[] {
  const unknown = unknownVariables(environment)
  if (unknown.length === 0) return [finding('variables', 'ok', 'Every COGNITO_AUTH_ variable is one that is read')]
  return unknown.map(({ name, nearest }) =>
    finding('variables', 'problem', `${name} is read by nothing`, `Did you mean ${nearest}?`),
  )
}

/** The options that the variables make, checked as the app checks them when it starts. */
export function checkOptions(environment: NodeJS.ProcessEnv): Finding[] {
  try {
    // Without the config, which has a check of its own.
    const auth = new CognitoAuth({ authoriser: null })
    auth.clearCaches()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [finding('options', 'problem', error.message)]
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

/** @param isOn Whether the options turn dev mode on. */
export function checkDevMode(isOn: boolean): Finding {
  return isOn
    ? finding(
        'dev-mode',
        'warning',
        'Dev mode is on: requests without tokens come in as a mock user',
        'Unset COGNITO_AUTH_DEV_MODE everywhere but on your own machine',
      )
    : finding('dev-mode', 'ok', 'Dev mode is off')
}

/** Reads the config as the app does. */
export async function checkConfig(environment: NodeJS.ProcessEnv, useNetwork: boolean): Promise<Finding> {
  const path = environment['COGNITO_AUTH_CONFIG_PATH']?.trim()
  const secret = environment['COGNITO_AUTH_SECRET_NAME']?.trim()
  if (!path && secret && !useNetwork)
    return finding('config', 'skipped', `secret ${secret} was not read (--no-network)`)
  try {
    await Authoriser.fromConfig().warmUp()
  } catch (error) {
    if (!(error instanceof CognitoAuthError)) throw error
    return finding('config', 'problem', error.message)
  }
  return finding('config', 'ok', `${path ? `file ${path}` : `secret ${secret}`} says who may come in`)
}
