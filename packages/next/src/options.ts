/**
 * Options of the adapter, checked when it is made and read at the first request.
 *
 * @module
 */

import { CognitoAuth, type CognitoAuthOptions, ConfigurationError } from '@cognito-auth/core'
import {
  type Bypass,
  COGNITO_AUTH_OPTIONS,
  createBypass,
  isCognitoAuth,
  ownOptions,
  refuseUnknown,
} from '@cognito-auth/core/adapter'
import type { OnError } from '@cognito-auth/web/adapter'
import type { NextRequest } from 'next/server.js'
import { uncachedFetch } from './uncached-fetch.js'

/** Options of `createNextAuth()`: those of `CognitoAuth`, and the adapter's own. */
export interface NextAuthOptions extends CognitoAuthOptions {
  /** What `proxy` and `withUser` leave unprotected: exact paths, or a predicate that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<NextRequest> | undefined
  /** Answers failures of `proxy` and `withUser`. @default the usual answer */
  readonly onError?: OnError<NextRequest> | undefined
}

/** Options, taken apart; `CognitoAuth` is made by `create`. */
export interface ParsedOptions {
  readonly bypass: Bypass<NextRequest> | undefined
  readonly onError: OnError<NextRequest> | undefined
  /** @throws {ConfigurationError} when an option or variable is missing or wrong. */
  readonly create: () => CognitoAuth
}

/**
 * Takes options apart without reading the environment: `next build` imports every module, and has none.
 *
 * @throws {ConfigurationError} when an option is unknown, or `bypass` or `onError` is wrong.
 */
export function parseOptions(options: NextAuthOptions | CognitoAuth): ParsedOptions {
  if (isCognitoAuth(options)) return { bypass: undefined, onError: undefined, create: () => options }
  refuseUnknown(options, [...COGNITO_AUTH_OPTIONS, 'bypass', 'onError'], 'createNextAuth()')
  const { bypass, onError, fetch = uncachedFetch, ...core } = ownOptions(options)
  createBypass(bypass)
  if (onError !== undefined && typeof onError !== 'function') {
    throw new ConfigurationError('onError must be a function of the error and the request')
  }
  return { bypass, onError, create: () => new CognitoAuth({ ...core, fetch }) }
}
