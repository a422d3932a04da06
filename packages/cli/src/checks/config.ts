/**
 * Whether the config can be read that says who may come in.
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

async function checkReading(source: ConfigSource): Promise<Finding> {
  try {
    await Authoriser.fromSource(source).warmUp()
  } catch (error) {
    if (!(error instanceof CognitoAuthError)) throw error
    const fix =
      error instanceof ConfigUnavailableError
        ? 'Try again. If it stays so, let the app reach Secrets Manager over https (NAT gateway or VPC endpoint)'
        : 'Correct that, then ask whom it lets in: npx @cognito-auth/cli explain --email you@example.com'
    return finding('config', 'problem', error.message, fix)
  }
  return finding('config', 'ok', `${source.name} says who may come in`)
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
