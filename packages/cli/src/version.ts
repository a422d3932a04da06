/**
 * The version of this package.
 *
 * @module
 */

import { readFileSync } from 'node:fs'

/** As in package.json, which is one folder up from the sources and from the build. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
