/**
 * What bundles for the Edge runtime are given in the place of this package: it says that it does not run there. Every
 * request is refused, since Next answers 500 for an exception in middleware.
 *
 * @module
 */

const SENTENCE =
  "@cognito-auth/next runs in the Node runtime only. In middleware.ts: `export const config = { runtime: 'nodejs' }`; in a page or route: remove `runtime = 'edge'`"

function refuse(): never {
  throw new Error(SENTENCE)
}

/** Fails however it is used: called, made with `new`, or asked for a member. */
const unsupported = new Proxy(refuse, { apply: refuse, construct: refuse, get: refuse })

export {
  unsupported as AccessDeniedError,
  unsupported as AuthenticationError,
  unsupported as Authoriser,
  unsupported as CognitoAuth,
  unsupported as CognitoAuthError,
  unsupported as ConfigurationError,
  unsupported as ConfigUnavailableError,
  unsupported as createNextAuth,
  unsupported as ExpiredTokenError,
  unsupported as InsufficientScopeError,
  unsupported as InvalidTokenError,
  unsupported as KeysUnavailableError,
  unsupported as MissingTokenError,
}
