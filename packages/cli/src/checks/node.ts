/**
 * Node itself: its version, and how large request headers may be.
 *
 * @module
 */

import { maxHeaderSize } from 'node:http'
import { type Finding, finding } from './finding.js'

/** The version from which on `require()` takes ES modules. */
const OLDEST = [20, 19] as const
/** The load balancer allows 11 K of claims and access token, base64 and cookies come on top; Node's default is 16 KiB. */
const ENOUGH = 32 * 1024

/** @param version As in `process.version`. */
export function checkNodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const isRecent = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  return isRecent
    ? finding('node', 'ok', `Node ${version}`)
    : finding('node', 'problem', `Node ${version} is too old`, `Use Node ${OLDEST.join('.')} or newer`)
}

/**
 * Node answers 431 before any middleware runs when all headers together are larger than this.
 *
 * @param size In bytes; this process's own, which is the app's where both get the same `NODE_OPTIONS`.
 */
export function checkHeaderSize(size: number = maxHeaderSize): Finding {
  const kib = `${Math.floor(size / 1024)} KiB`
  if (size >= ENOUGH) return finding('header-size', 'ok', `Node accepts ${kib} of request headers`)
  return finding(
    'header-size',
    'warning',
    `Node accepts ${kib} of request headers: users with many groups or claims may get a 431 that your app never sees`,
    'Start the app with NODE_OPTIONS=--max-http-header-size=65536, and run this command with it too',
  )
}
