/** Routes of React Router that greet who may come in, and answer 401 and 403 to the others. */
import assert from 'node:assert/strict'
import { createRemixAuth, type RemixAuthOptions } from '@cognito-auth/remix'
import { createTestAlb } from '@cognito-auth/testing'
import { createStaticHandler, type LoaderFunctionArgs, type MiddlewareFunction } from 'react-router'

async function main(): Promise<void> {
  const alb = await createTestAlb()
  const options: RemixAuthOptions = { ...alb.options, authoriser: null }
  const { requireUser, requireGroups, middleware } = createRemixAuth(options)
  // What an app writes in its root route.
  const ofRouter: MiddlewareFunction<Response>[] = [middleware]
  assert.equal(ofRouter.length, 1)

  const { queryRoute } = createStaticHandler([
    { path: '/', loader: async ({ request }: LoaderFunctionArgs) => (await requireUser(request)).email },
    { path: '/admin', loader: async ({ request }: LoaderFunctionArgs) => await requireGroups(request, 'admins') },
  ])
  const ask = async (path: string, headers: Record<string, string>): Promise<unknown> => {
    try {
      return await queryRoute(new Request(new URL(path, 'https://app.example.com'), { headers }))
    } catch (thrown) {
      if (thrown instanceof Response) return thrown.status
      throw thrown
    }
  }

  const headers = await alb.headersFor({ email: 'dev@example.com' })
  assert.equal(await ask('/', headers), 'dev@example.com')
  assert.equal(await ask('/', {}), 401)
  assert.equal(await ask('/admin', headers), 403)
}

void main()
