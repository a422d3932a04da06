/**
 * The authorisation config in AWS Secrets Manager, through the AWS SDK, which is loaded only when a secret is used.
 *
 * @module
 */

import type * as SecretsManager from '@aws-sdk/client-secrets-manager'
import { CognitoAuthError, ConfigurationError } from '../errors.js'
import { type ConfigSource, readInTime, unavailable } from './config-source.js'

/** What is needed of a `SecretsManagerClient`; said without the SDK's types, since it need not be installed. */
export interface SecretsClient {
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>
}

const PACKAGE = '@aws-sdk/client-secrets-manager'

async function loadSdk(): Promise<typeof SecretsManager> {
  try {
    return await import('@aws-sdk/client-secrets-manager')
  } catch (cause) {
    throw new ConfigurationError(
      `A secret is read with ${PACKAGE}, which is not installed. Run: npm install ${PACKAGE}`,
      {
        cause,
      },
    )
  }
}

/** Failures that a person must mend, by the name that AWS or its SDK gives them. */
function mendable(error: unknown, at: string): string | undefined {
  if (!(error instanceof Error)) return undefined
  switch (error.name) {
    case 'ResourceNotFoundException':
      return `${at} does not exist in this account and region. Check COGNITO_AUTH_SECRET_NAME and AWS_REGION`
    case 'AccessDeniedException':
      return `${at} may not be read. Allow the role of this process secretsmanager:GetSecretValue on that secret, and kms:Decrypt on its key if it has one of its own`
    case 'DecryptionFailure':
      return `${at} cannot be decrypted. Allow the role of this process kms:Decrypt on its key`
    case 'InvalidRequestException':
      return `${at} cannot be read now: is it scheduled for deletion?`
    case 'InvalidParameterException':
    case 'ValidationException':
      return `${at} is not a name that Secrets Manager takes`
    // Of STS, which is asked first for the credentials of a role (EKS, cross-account).
    case 'AccessDenied':
      return `${at} cannot be read: AWS denies this process the role that it asks for. Check the trust policy of that role`
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
      return `${at} cannot be read: AWS does not accept the credentials of this process`
    default:
      return /region is missing/i.test(error.message) ? `${at} cannot be read: set AWS_REGION` : undefined
  }
}

function textOf(output: SecretsManager.GetSecretValueCommandOutput, name: string): string {
  if (output.SecretString !== undefined) return output.SecretString
  if (output.SecretBinary !== undefined) return Buffer.from(output.SecretBinary).toString('utf8')
  throw new ConfigurationError(`${name} is empty. Store the JSON of the config in it`)
}

/** A secret's current value. The region comes from the SDK's usual chain, unless a client is given. */
export function secretSource(secret: string, client?: SecretsClient): ConfigSource {
  const name = `secret ${secret}`
  let own: SecretsClient | undefined = client
  return {
    name,
    isSecret: true,
    async read() {
      const sdk = await loadSdk()
      try {
        own ??= new sdk.SecretsManagerClient({})
        // A client given by the app is one of the SDK's, whichever copy of it: only `send` is used.
        const sender = own as SecretsManager.SecretsManagerClient
        const command = new sdk.GetSecretValueCommand({ SecretId: secret })
        return textOf(await readInTime(name, (abortSignal) => sender.send(command, { abortSignal })), name)
      } catch (cause) {
        if (cause instanceof CognitoAuthError) throw cause
        const sentence = mendable(cause, name)
        if (sentence !== undefined) throw new ConfigurationError(sentence, { cause })
        throw unavailable(name, cause instanceof Error ? cause.name : 'unknown failure', { cause })
      }
    },
  }
}
