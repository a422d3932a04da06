/**
 * Another identity provider than Cognito.
 *
 * @module
 */

/** Another provider than Cognito, as in an `authenticate-oidc` rule. */
export interface OidcOptions {
  /** Its issuer, as in the rule. @default 'https://idp.local-alb.example' */
  readonly issuer?: string | undefined
  /** The claim that names a user's groups. @default 'groups' */
  readonly groupsClaim?: string | undefined
}
