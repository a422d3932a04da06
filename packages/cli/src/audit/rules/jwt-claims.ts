/**
 * `jwt-validation` that checks a signature and nothing of whom the token is for.
 *
 * @module
 */

import { checksClaims } from '../paths.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { stringOf } from '../value.js'

export const jwtClaims: Rule = {
  name: 'jwt-claims',
  summary: 'jwt-validation checks no claims',
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html',
  fix: {
    cloudformation:
      'CloudFormation: AdditionalClaims of JwtValidationConfig, such as `client_id` with the clients that may call, and `token_use` with `access`. CDK: the same, by an escape hatch on the CfnListener or CfnListenerRule',
    terraform:
      '`additional_claim` blocks in `jwt_validation`, such as `client_id` with the clients that may call, and `token_use` with `access`',
  },
  check: (_, paths) =>
    paths.routes.flatMap((route): Verdict[] => {
      const answers = (route.actions ?? [])
        .filter(({ type }) => stringOf(type) === 'jwt-validation')
        .map((action) => checksClaims(action))
      if (answers.includes(false)) {
        const why =
          'jwt-validation without claim checks accepts every token of that issuer: ID tokens, and those of all its other clients'
        return [found(route, why, paths.listenerOf(route))]
      }
      return answers.includes(undefined) ? [unchecked(route)] : []
    }),
}
