/**
 * Node itself: its version, and how large request headers may be.
 *
 * @module
 */

import { maxHeaderSize } from 'node:http'
import { type Finding, finding } from './finding.js'

/** The load balancer allows 11 K of claims and access token, base64 and cookies come on top; Node's default is 16 KiB. */
const ENOUGH = 32 * 1024

/**
 * The packages are ES modules, and work in CommonJS apps where `require()` takes those: `engines.node` of each of them.
 *
 * @param version As in `process.version`.
 */
export function checkNodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const isSupported = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
  if (isSupported) return finding('node', 'ok', `Node ${version}`)
  return finding(
    'node',
    'problem',
    `Node ${version} is not supported: require() does not take ES modules there`,
    `Run the app on Node ${major <= 20 ? '20.19 or a later 20, or on ' : ''}22.12 or newer`,
  )
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
