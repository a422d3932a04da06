/**
 * Whether the config can be read that says who is allowed.
 *
 * @module
 */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import {
  Authoriser,
  CognitoAuthError,
  type ConfigSource,
  ConfigurationError,
  ConfigUnavailableError,
} from '@cognito-auth/core'
import { configSource } from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'

const SDK = '@aws-sdk/client-secrets-manager'

/** This command brings the SDK; the app must have it too. */
function checkSdk(folder: string): Finding {
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) {
    return finding('aws-sdk', 'skipped', `There is no package.json in ${folder}: run this in the folder of the app`)
  }
  try {
    createRequire(manifest).resolve(SDK)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error
    const message = `A secret is read with ${SDK}, which is not installed in ${folder}`
    return finding('aws-sdk', 'problem', message, `npm install ${SDK}`)
  }
  return finding('aws-sdk', 'ok', `${SDK} is installed`)
}

/** The SDK's own names for "there are no credentials here", or none that work: not a matter of the network. */
const NO_CREDENTIALS = [
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredTokenException',
  'UnrecognizedClientException',
]

/** Names of an error and of what caused it. */
function namesOf(error: unknown): string[] {
  return error instanceof Error ? [error.name, ...namesOf(error.cause)] : []
}

/** What to do where the config cannot be read. */
function remedy(error: CognitoAuthError): string {
  if (namesOf(error).some((name) => NO_CREDENTIALS.includes(name))) {
    return 'Give this process credentials of AWS: a task role on ECS, a role for the service account on EKS, AWS_PROFILE (and aws sso login) on your own machine'
  }
  if (!(error instanceof ConfigUnavailableError)) {
    return 'Correct that, then ask whom it allows: npx @cognito-auth/cli explain --email you@example.com'
  }
  const proxy = process.env['HTTPS_PROXY'] ?? process.env['https_proxy']
  const more =
    proxy === undefined
      ? ''
      : '. HTTPS_PROXY is set, which the AWS SDK does not heed: give it a client with a request handler for the proxy'
  return `Try again. If it stays so, let the app reach Secrets Manager over https (NAT gateway or VPC endpoint)${more}`
}

async function checkReading(source: ConfigSource): Promise<Finding> {
  try {
    await Authoriser.fromSource(source).warmUp()
  } catch (error) {
    if (!(error instanceof CognitoAuthError)) throw error
    return finding('config', 'problem', error.message, remedy(error))
  }
  return finding('config', 'ok', `${source.name} says who is allowed`)
}

/**
 * Reads the config as the app does.
 *
 * @param folder Where the app is.
 */
export async function checkConfig(folder: string, useNetwork: boolean): Promise<Finding[]> {
  let source: ConfigSource
  try {
    source = configSource()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [finding('config', 'problem', error.message, 'Correct it where the environment of the app is set')]
  }
  // What the environment names is a file, or a secret of Secrets Manager.
  if (!source.isSecret) return [await checkReading(source)]
  const reading = useNetwork
    ? await checkReading(source)
    : finding('config', 'skipped', `${source.name} was not read (--no-network)`)
  return [reading, checkSdk(folder)]
}
