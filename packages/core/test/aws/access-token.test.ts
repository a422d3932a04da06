/** Access tokens that an emulator of Cognito signed, which nobody here wrote: its claims, its header, its JWKS. */
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { createTestAlb } from '@cognito-auth/testing'
import { expect, test } from 'vitest'
import { CognitoAuth } from '../../src/index.js'
import { EMAIL as email, signIn } from './sign-in.js'

test('groups come from an access token that Cognito’s emulator signed', async () => {
  const { userPoolId, clientId, accessToken } = await signIn(new CognitoIdentityProviderClient({}))
  const alb = await createTestAlb({ userPoolId, clientId })
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }
  const requests: string[] = []
  /** The emulator stands in for `cognito-idp.eu-west-2.amazonaws.com`, and wants a request that looks signed. */
  const fetchKeys: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    requests.push(url.href)
    if (!url.hostname.startsWith('cognito-idp.')) return await alb.options.fetch(input, init)
    const scope = 'Credential=x/20260101/eu-west-2/cognito-idp/aws4_request'
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=x`
    return await fetch(`${process.env['AWS_ENDPOINT_URL']}${url.pathname}`, { ...init, headers: { authorization } })
  }
  const auth = new CognitoAuth({ ...alb.options, fetch: fetchKeys, authoriser: null })
  const headers = {
    'x-amzn-oidc-data': await alb.signAlbToken({ user: { sub: claims.sub, email } }),
    'x-amzn-oidc-accesstoken': accessToken,
    'x-amzn-oidc-identity': claims.sub,
  }
  const user = await auth.requireUser(headers)
  expect(user).toMatchObject({ sub: claims.sub, email, groups: ['developers'], clientId })
  expect(user.expiresAt).toBeInstanceOf(Date)
  expect(requests).toContain(`https://cognito-idp.eu-west-2.amazonaws.com/${userPoolId}/.well-known/jwks.json`)

  // As a bearer token it is a person's, whose e-mail is not in it.
  const bearer = new CognitoAuth({ userPoolId, fetch: fetchKeys, bearer: { clientId }, authoriser: null })
  const authorization = `Bearer ${accessToken}`
  expect(await bearer.requireUser({ authorization })).toMatchObject({
    kind: 'person',
    sub: claims.sub,
    clientId,
    email: '',
    groups: ['developers'],
  })
  const strict = new CognitoAuth({ userPoolId, fetch: fetchKeys, bearer: { clientId: 'other' }, authoriser: null })
  await expect(strict.requireUser({ authorization })).rejects.toMatchObject({ reason: 'client' })

  // And not what was changed in it.
  const [header, payload, signature = ''] = accessToken.split('.')
  const spoilt = [header, payload, signature.replace(/^./, signature.startsWith('A') ? 'B' : 'A')].join('.')
  await expect(auth.requireUser({ ...headers, 'x-amzn-oidc-accesstoken': spoilt })).rejects.toMatchObject({
    reason: 'signature',
  })
})
