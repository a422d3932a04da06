/** A route handler and a proxy that allow users whom the rules allow, and answer 401 and 403 to the others. */
import assert from 'node:assert/strict'
import { Authoriser, createNextAuth, type NextAuthOptions } from '@cognito-auth/next'
import { createTestAlb } from '@cognito-auth/testing'
import { NextRequest } from 'next/server.js'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const options: NextAuthOptions & { readonly bypass?: undefined } = {
    ...alb.options,
    authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }),
  }
  const { proxy, withUser, requireUser } = createNextAuth(options)
  const greet = withUser((_request, { user }) => new Response(user.email))
  const requestOf = (headers: Record<string, string>): NextRequest =>
    new NextRequest('https://app.example.com/', { headers })
  const through = { params: Promise.resolve({}) }

  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  assert.equal(await (await greet(requestOf(headers), through)).text(), 'dev@example.com')
  assert.equal(await proxy(requestOf(headers)), undefined)
  assert.equal((await greet(requestOf({}), through)).status, 401)
  assert.equal((await proxy(requestOf({})))?.status, 401)
  assert.equal((await proxy(requestOf(await alb.headersFor({ email: 'x@example.com' }))))?.status, 403)
  await assert.rejects(requireUser(), { digest: 'COGNITO_AUTH_configuration' })
}

void main()
