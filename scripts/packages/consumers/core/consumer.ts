/** Lets a developer in and a guest not; finds one copy of the classes, however the package is loaded. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { AccessDeniedError, Authoriser, CognitoAuth, CognitoAuthError, type User } from '@cognito-auth/core'
import { answerTo } from '@cognito-auth/core/adapter'
import { keyEndpoints } from '@cognito-auth/core/inspect'
import { createTestAlb } from '@cognito-auth/testing'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const auth = new CognitoAuth({
    ...alb.options,
    authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }),
  })

  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  const user: User = await auth.requireUser(headers)
  assert.equal(user.email, 'dev@example.com')

  const denied = await auth.requireUser(await alb.headersFor({ groups: ['guests'] })).catch((error: unknown) => error)
  assert.ok(denied instanceof AccessDeniedError)
  assert.equal(answerTo(denied, { method: 'GET', header: () => undefined }, undefined).status, 403)

  assert.equal(keyEndpoints({ ...alb.options, authoriser: null }).albKeys.length, 1)
  await assert.rejects(auth.requireUser({}), { code: 'missing_token' })
  await assert.rejects(Authoriser.fromSecret('app/access').warmUp(), /npm install @aws-sdk\/client-secrets-manager/)

  const required: unknown = createRequire(join(process.cwd(), 'any.js'))('@cognito-auth/core')
  assert.equal((required as { CognitoAuthError: unknown }).CognitoAuthError, CognitoAuthError)
  const imported = await import('@cognito-auth/core')
  assert.equal(imported.CognitoAuthError, CognitoAuthError)
}

void main()
