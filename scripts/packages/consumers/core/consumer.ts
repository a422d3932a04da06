/** Lets a developer in and a guest not, by a secret too; its builds know each other's errors. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AccessDeniedError, Authoriser, CognitoAuth, type CognitoAuthError, type User } from '@cognito-auth/core'
import { errorResponse } from '@cognito-auth/core/adapter'
import { keyEndpoints } from '@cognito-auth/core/inspect'
import { createTestAlb } from '@cognito-auth/testing'

const { resolve } = createRequire(join(process.cwd(), 'any.js'))

function hasSdk(): boolean {
  try {
    return resolve('@aws-sdk/client-secrets-manager') !== ''
  } catch {
    return false
  }
}

/** Reads a secret with the SDK, of a Secrets Manager that knows one answer. */
async function readSecret(): Promise<Authoriser> {
  const secret = { Name: 'app/access', SecretString: '{"allowed_groups":["developers"]}' }
  const server = createServer((_req, res) => void res.end(JSON.stringify(secret)))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-2',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  })
  const authoriser = Authoriser.fromSecret('app/access')
  try {
    await authoriser.warmUp()
  } finally {
    server.close()
    server.closeAllConnections()
  }
  return authoriser
}

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
  assert.equal(errorResponse(denied, { method: 'GET', url: '/', header: () => undefined }, {}).status, 403)

  assert.equal(keyEndpoints({ ...alb.options, authoriser: null }).albKeys.length, 1)
  await assert.rejects(auth.requireUser({}), { code: 'missing_token' })
  if (hasSdk()) {
    const bySecret = new CognitoAuth({ ...alb.options, authoriser: await readSecret() })
    assert.equal((await bySecret.requireUser(headers)).email, 'dev@example.com')
  } else {
    await assert.rejects(Authoriser.fromSecret('app/access').warmUp(), /npm install @aws-sdk\/client-secrets-manager/)
  }

  const required: unknown = createRequire(join(process.cwd(), 'any.js'))('@cognito-auth/core')
  const imported: unknown = await import('@cognito-auth/core')
  for (const build of [required, imported] as { CognitoAuthError: typeof CognitoAuthError }[]) {
    assert.ok(denied instanceof build.CognitoAuthError)
  }
}

void main()
