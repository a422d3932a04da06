/** A sign-in at an emulator of Cognito. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'

/** Who signs in, a member of `developers`. */
export const EMAIL = 'ada@example.com'
const PASSWORD = 'Correct-Horse-1'

/** Tokens of a sign-in, and where they are of. */
export interface SignedIn {
  readonly userPoolId: string
  readonly clientId: string
  readonly accessToken: string
  readonly idToken: string
}

/** Signs a user in at a new user pool. */
export async function signIn(client: CognitoIdentityProviderClient): Promise<SignedIn> {
  const { UserPool } = await client.send(
    new CreateUserPoolCommand({ PoolName: 'people', UsernameAttributes: ['email'] }),
  )
  const UserPoolId = UserPool?.Id ?? ''
  const { UserPoolClient } = await client.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'app',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  )
  const ClientId = UserPoolClient?.ClientId ?? ''
  await client.send(new AdminCreateUserCommand({ UserPoolId, Username: EMAIL, MessageAction: 'SUPPRESS' }))
  await client.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username: EMAIL, Password: PASSWORD, Permanent: true }),
  )
  await client.send(new CreateGroupCommand({ UserPoolId, GroupName: 'developers' }))
  await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: EMAIL, GroupName: 'developers' }))
  const { AuthenticationResult } = await client.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: EMAIL, PASSWORD },
    }),
  )
  return {
    userPoolId: UserPoolId,
    clientId: ClientId,
    accessToken: AuthenticationResult?.AccessToken ?? '',
    idToken: AuthenticationResult?.IdToken ?? '',
  }
}
