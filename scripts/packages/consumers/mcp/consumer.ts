/** The verifier accepts a good token and rejects a bad one; the metadata names the user pool. */
import assert from 'node:assert/strict'
import { CognitoAuth } from '@cognito-auth/core'
import { mcpMetadata, mcpVerifier } from '@cognito-auth/mcp'
import { createTestAlb } from '@cognito-auth/testing'
import { OAuthError } from '@modelcontextprotocol/server'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const { userPoolId, fetch } = alb.options
  const auth = new CognitoAuth({
    userPoolId,
    fetch,
    cognitoDomain: 'my-app.auth.eu-west-2.amazoncognito.com',
    bearer: { clientId: 'job' },
    authoriser: null,
  })
  const verifier = mcpVerifier(auth)
  const token = async (fault?: 'expired') =>
    (await alb.bearerFor({ clientId: 'job' }, { scopes: ['a'], ...(fault && { fault }) })).authorization.slice(7)
  assert.deepEqual((await verifier.verifyAccessToken(await token())).scopes, ['a'])
  await assert.rejects(verifier.verifyAccessToken(await token('expired')), OAuthError)
  assert.equal(typeof mcpMetadata(auth, { resource: 'https://api.example.com/mcp' }), 'function')
}

void main()
