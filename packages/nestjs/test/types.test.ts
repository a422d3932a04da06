import { type CognitoAuth, createMockUser, type User } from '@cognito-auth/core'
import { expect, expectTypeOf, test } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  type CognitoAuthModuleOptions,
  type CognitoAuthOptionsFactory,
  Public,
  RequireGroups,
  RequireScopes,
} from '../src/index.js'
import { authenticateAs } from '../src/testing.js'

// `tsc` checks these: where one compiles, its `@ts-expect-error` does not.
const mistakes: (() => unknown)[] = [
  // @ts-expect-error -- a user has no such property
  () => AuthUser('emial'),
  // @ts-expect-error -- a list, as other libraries have it
  () => RequireGroups(['admins']),
  // @ts-expect-error -- not an option
  () => CognitoAuthModule.forRoot({ gloabl: true }),
  // @ts-expect-error -- a text would be true
  () => CognitoAuthModule.forRoot({ global: 'false' }),
  // @ts-expect-error -- a factory that forgets its `return`
  () => CognitoAuthModule.forRootAsync({ useFactory: () => undefined }),
  // @ts-expect-error -- a class that gives no options
  () => CognitoAuthModule.forRootAsync({ useClass: Map }),
  // @ts-expect-error -- options are for the module
  () => new CognitoAuthGuard({ albArn: 'x' }),
  // @ts-expect-error -- nobody is `null`, so that nobody is on purpose
  () => authenticateAs(),
  // @ts-expect-error -- a list, as other libraries have it
  () => RequireScopes(['a']),
]

test('what must not compile does not', () => {
  expect(mistakes).toHaveLength(9)
})

test('what must compile does', () => {
  expectTypeOf(AuthUser).toBeCallableWith('email')
  expectTypeOf(AuthUser).toBeCallableWith()
  expectTypeOf(Public()).toExtend<MethodDecorator & ClassDecorator>()
  expectTypeOf(authenticateAs).toBeCallableWith(createMockUser())
  expectTypeOf<CognitoAuthModuleOptions['global']>().toEqualTypeOf<boolean | undefined>()
  const useFactory = async (groups: readonly string[]) => ({ clientId: groups })
  expectTypeOf(CognitoAuthModule.forRootAsync).toBeCallableWith({ inject: ['groups'], useFactory })
  expectTypeOf<{ createCognitoAuthOptions(): CognitoAuth }>().toExtend<CognitoAuthOptionsFactory>()
  expectTypeOf<Parameters<typeof authenticateAs>[0]>().toEqualTypeOf<User | null>()
})
