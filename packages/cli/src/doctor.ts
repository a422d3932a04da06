/**
 * `doctor`: whether this environment is right for an app that `@cognito-auth/core` protects.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import { type KeyEndpoints, keyEndpoints } from '@cognito-auth/core/inspect'
import { checkBearer } from './checks/bearer.js'
import { checkConfig } from './checks/config.js'
import { type Finding, finding } from './checks/finding.js'
import { checkNetwork } from './checks/network.js'
import { checkHeaderSize, checkNodeVersion } from './checks/node.js'
import { checkDevMode, checkOptions, checkTls, checkVariables } from './checks/settings.js'
import { checkSignOut } from './checks/sign-out.js'
import { printableLines } from './printable.js'

/** What `doctor` found. */
export interface DoctorReport {
  /** `false` where there is a problem; warnings leave it `true`. */
  readonly ok: boolean
  /** In the order of looking. */
  readonly findings: readonly Finding[]
}

/** How `doctor` looks. */
export interface DoctorOptions {
  /** `false`: asks nothing of AWS. @default true */
  readonly useNetwork?: boolean | undefined
}

/** The endpoints, where the options are sound enough to know them; what is wrong is the options' finding. */
function endpointsIfSound(): KeyEndpoints | undefined {
  try {
    return keyEndpoints()
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

async function networkFindings(useNetwork: boolean): Promise<Finding[]> {
  if (!useNetwork) return [finding('keys', 'skipped', 'Nothing was asked of AWS (--no-network)')]
  const endpoints = endpointsIfSound()
  if (endpoints === undefined)
    return [finding('keys', 'skipped', 'Where the keys are is not known before the options are right')]
  return await checkNetwork(endpoints)
}

/** Looks at this process's environment, as the app would find it. */
export async function doctor({ useNetwork = true }: DoctorOptions = {}): Promise<DoctorReport> {
  const { env } = process
  const devMode = checkDevMode()
  // All wait for the network: at once.
  const [config, network, signOut] = await Promise.all([
    checkConfig(process.cwd(), useNetwork),
    networkFindings(useNetwork),
    checkSignOut(env, useNetwork),
  ])
  const findings = [
    checkNodeVersion(process.version),
    checkHeaderSize(),
    ...checkVariables(env),
    ...checkOptions(env, devMode),
    devMode,
    ...checkTls(env),
    ...checkBearer(env),
    ...config,
    ...network,
    ...signOut,
  ]
  return { ok: findings.every(({ status }) => status !== 'problem'), findings }
}

/** The report for a person. */
export function doctorText({ ok, findings }: DoctorReport): string {
  const lines = findings.flatMap(({ status, check, message, fix }) => {
    const line = `${status.padEnd(8)} ${check.padEnd(12)} ${message}`
    return fix === undefined ? [line] : [line, `${' '.repeat(22)}-> ${fix}`]
  })
  return printableLines([...lines, '', ok ? 'No problems found.' : 'Problems found.'])
}
