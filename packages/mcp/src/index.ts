/**
 * MCP servers whose users and programs sign in with a Cognito user pool: the verifier and the metadata that the MCP
 * TypeScript SDK wants.
 *
 * @module
 */

export { CognitoAuth, ConfigurationError } from '@cognito-auth/core'
export type { CognitoAuthOptions, User } from '@cognito-auth/core'
export { mcpMetadata } from './metadata.js'
export type { McpMetadataOptions, MetadataMiddleware } from './metadata.js'
export { mcpVerifier } from './verifier.js'
export type { McpVerifierOptions } from './verifier.js'
