/**
 * Mints really-signed ALB and Cognito tokens, so that an app's own tests run the real verification.
 *
 * @module
 */

export { BEARER_FAULTS } from './bearer.js'
export type { BearerFault, BearerTokenOptions, TestClient } from './bearer.js'
export { FAULTS } from './faults.js'
export type { Fault } from './faults.js'
export { createAlbKey, createCognitoKey } from './keys.js'
export type { AlbKey, CognitoKey } from './keys.js'
export { encodePart, signAccessToken, signAlbToken } from './sign.js'
export type { JsonObject } from './sign.js'
export { createTestAlb } from './test-alb.js'
export type { TestAlb, TestAlbAuthOptions, TestAlbOptions, TokenChanges } from './test-alb.js'
export { accessTokenClaims, userInfoClaims } from './user.js'
export type { AccessTokenFacts, TestUser } from './user.js'
