/**
 * NestJS guard, decorators and module for apps behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export type { AccessDecorator } from './access/access.js'
export { AuthUser, OptionalAuth, Public, RequireAdmin, RequireGroups } from './decorators.js'
export type { AuthUserDecorator } from './decorators.js'
export { CognitoAuthGuard } from './guard.js'
export { CognitoAuthModule } from './module.js'
export type { CognitoAuthModuleAsyncOptions, CognitoAuthModuleOptions, CognitoAuthOptionsFactory } from './module.js'
