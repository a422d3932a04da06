/**
 * The environment of this process, as it is when it is asked for.
 *
 * Bundlers write the environment of the machine that builds into the code: `process.env.NODE_ENV` becomes
 * `"development"` (webpack's DefinePlugin, esbuild's `define`), and with it a check for production would decide by the
 * wrong machine. They replace the global `process`, never an imported one, and no name that is computed.
 *
 * @module
 */

import process from 'node:process'

/** A variable as it is set; `undefined` where it is not, whatever a polluted `Object.prototype` has (CWE-1321). */
export function environmentVariable(name: string): string | undefined {
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined
}

/** Names of all variables that are set. */
export function environmentNames(): readonly string[] {
  return Object.keys(process.env)
}
