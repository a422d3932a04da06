import { startLocalAlb, type LocalAlb } from '@cognito-auth/local-alb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type AlbEvent, Authoriser, createLambdaAuth } from '../src/index.js'

let alb: LocalAlb | undefined

afterEach(async () => {
  await alb?.stop()
  alb = undefined
  vi.unstubAllEnvs()
})

describe.each([false, true])('behind the local load balancer, multi-value headers: %s', (lambdaMultiValueHeaders) => {
  async function start() {
    let handler: ((event: AlbEvent, context: unknown) => Promise<object>) | undefined
    alb = await startLocalAlb({
      lambda: async (event, context) => await handler?.(event as AlbEvent, context),
      lambdaMultiValueHeaders,
      port: 0,
      rules: [{ path: '/health', action: 'none' }],
    })
    for (const [name, value] of Object.entries(alb.env)) vi.stubEnv(name, value)
    const { withUser } = createLambdaAuth({
      authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }),
      signOutPath: '/logout',
      bypass: ['/health'],
    })
    handler = withUser((_, { user }) => ({
      statusCode: 200,
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
      body: user?.email ?? 'open',
    }))
    return alb
  }

  test('allows, denies, and signs out', async () => {
    const { url, signIn } = await start()
    const ask = async (path: string, email?: string, headers: Record<string, string> = {}) => {
      const session =
        email === undefined
          ? {}
          : { cookie: signIn({ email, groups: email.startsWith('dev') ? ['developers'] : [] }).cookie }
      return await fetch(url + path, { headers: { ...session, ...headers }, redirect: 'manual' })
    }
    const allowed = await ask('/', 'dev@example.com')
    expect([allowed.status, await allowed.text()]).toEqual([200, 'dev@example.com'])
    expect(allowed.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect((await ask('/', 'guest@example.com')).status).toBe(403)
    expect(await (await ask('/health')).text()).toBe('open')
    const signedOut = await ask('/logout', 'guest@example.com', { accept: 'text/html' })
    // Node's fetch says that it is no navigation.
    expect(await signedOut.json()).toHaveProperty('location')
    const expired = signedOut.headers.getSetCookie().filter((cookie) => cookie.includes('AWSELBAuthSessionCookie-'))
    expect(expired).toHaveLength(4)
  })
})
