/** Tokens of cognito-local, another emulator that nobody here wrote; its "iss" is on Cognito's host. */
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { createTestAlb } from '@cognito-auth/testing'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { Authoriser, CognitoAuth } from '../../src/index.js'
import { EMAIL, type SignedIn, signIn } from './sign-in.js'

const emulator = process.env['COGNITO_LOCAL_URL'] ?? ''
let signedIn: SignedIn
let issuer: string
let sub: string
let requests: string[] = []

/** As the page on tests tells: the issuer's keys come from the emulator. */
const fetchKeys: typeof fetch = async (input, init) => {
  const { href, pathname } = new URL(input instanceof Request ? input.url : input)
  requests.push(href)
  return await fetch(`${emulator}${pathname}`, init)
}

beforeAll(async () => {
  signedIn = await signIn(new CognitoIdentityProviderClient({ endpoint: emulator }))
  issuer = `${process.env['COGNITO_LOCAL_ISSUER_DOMAIN']}/${signedIn.userPoolId}`
  const claims = Buffer.from(signedIn.accessToken.split('.')[1] ?? '', 'base64url').toString()
  ;({ sub } = JSON.parse(claims) as { sub: string })
})
beforeEach(() => {
  requests = []
})

test('a bearer token is accepted, of the clients and groups that are allowed', async () => {
  const { clientId, accessToken } = signedIn
  const authorization = `Bearer ${accessToken}`
  const allow = (groups: string[], bearerClient = clientId) =>
    new CognitoAuth({
      issuer,
      fetch: fetchKeys,
      bearer: { clientId: bearerClient },
      authoriser: Authoriser.fromLists({ allowedGroups: groups }),
    })
  expect(await allow(['developers']).requireUser({ authorization })).toMatchObject({
    kind: 'person',
    sub,
    clientId,
    issuer,
    email: '',
    groups: ['developers'],
  })
  expect(requests).toEqual([`${issuer}/.well-known/jwks.json`])
  await expect(allow(['admins']).requireUser({ authorization })).rejects.toMatchObject({ code: 'access_denied' })
  await expect(allow(['developers'], 'x').requireUser({ authorization })).rejects.toMatchObject({ reason: 'client' })
  await expect(
    allow(['developers']).requireUser({ authorization: `Bearer ${signedIn.idToken}` }),
  ).rejects.toMatchObject({ reason: 'token_use' })
})

test('the access token of a session is accepted beside the load balancer’s', async () => {
  const { clientId, accessToken } = signedIn
  const alb = await createTestAlb({ clientId })
  const { albArn } = alb.options
  const auth = new CognitoAuth({
    albArn,
    clientId,
    issuer,
    authoriser: null,
    fetch: async (input, init) =>
      String(input).startsWith(issuer) ? await fetchKeys(input, init) : await alb.options.fetch(input, init),
  })
  const headers = {
    'x-amzn-oidc-data': await alb.signAlbToken({
      user: { sub, email: EMAIL },
      header: { iss: issuer },
      claims: { iss: issuer },
    }),
    'x-amzn-oidc-accesstoken': accessToken,
    'x-amzn-oidc-identity': sub,
  }
  expect(await auth.requireUser(headers)).toMatchObject({ kind: 'person', sub, email: EMAIL, groups: ['developers'] })

  const [header, payload, signature = ''] = accessToken.split('.')
  const spoilt = [header, payload, signature.replace(/^./, signature.startsWith('A') ? 'B' : 'A')].join('.')
  await expect(auth.requireUser({ ...headers, 'x-amzn-oidc-accesstoken': spoilt })).rejects.toMatchObject({
    reason: 'signature',
  })
})
