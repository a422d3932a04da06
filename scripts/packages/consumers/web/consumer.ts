/** A handler of Web requests that greets users whom the rules allow, and answers 401 and 403 to the others. */
import assert from 'node:assert/strict'
import { createTestAlb } from '@cognito-auth/testing'
import { AccessDeniedError, Authoriser, createWebAuth, type User, type WebAuthOptions } from '@cognito-auth/web'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
  const options: WebAuthOptions = { ...alb.options, authoriser, onError: (error) => answerOf(error) }
  const { protect, authenticate } = createWebAuth(options)
  const handler = protect((_request, { user }, prefix: string) => new Response(prefix + emailOf(user)))

  const ask = async (headers: Record<string, string>): Promise<readonly [number, string]> => {
    const response = await handler(new Request('https://app.example.com/', { headers }), 'hello ')
    return [response.status, await response.text()]
  }
  const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
  assert.deepEqual(await ask(headers), [200, 'hello dev@example.com'])
  assert.equal((await ask({}))[0], 401)
  assert.deepEqual(await ask(await alb.headersFor({ email: 'x@example.com' })), [403, 'denied'])

  const { user, response } = await authenticate(new Request('https://app.example.com/', { headers }))
  assert.equal(response, undefined)
  assert.equal(user?.email, 'dev@example.com')
}

function emailOf(user: User): string {
  return user.email
}

function answerOf(error: Error): Response | undefined {
  return error instanceof AccessDeniedError ? new Response('denied', { status: 403 }) : undefined
}

void main()
