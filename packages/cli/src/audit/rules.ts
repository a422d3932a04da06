/**
 * The rules of the audit.
 *
 * @module
 */

import type { Rule } from './rule.js'
import { accessToken } from './rules/access-token.js'
import { albArn } from './rules/alb-arn.js'
import { callbackUrl } from './rules/callback-url.js'
import { clientSecret } from './rules/client-secret.js'
import { httpListener } from './rules/http-listener.js'
import { invalidHeaders } from './rules/invalid-headers.js'
import { jwtClaims } from './rules/jwt-claims.js'
import { lambdaPermission } from './rules/lambda-permission.js'
import { openPath } from './rules/open-path.js'
import { openTargets } from './rules/open-targets.js'
import { signedOut } from './rules/signed-out.js'

/** In the order in which findings are listed: ways past the sign-in first. */
export const RULES: readonly Rule[] = [
  openPath,
  httpListener,
  openTargets,
  lambdaPermission,
  invalidHeaders,
  callbackUrl,
  clientSecret,
  accessToken,
  albArn,
  jwtClaims,
  signedOut,
]
