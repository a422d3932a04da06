/** The Pages Router and the Edge runtime, which are not supported: closed, with an error that says what to write. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAMES } from './attacks.js'
import { type NextApp, startNext } from './next-server.js'

const EDGE = "runs in the Node runtime only. In middleware.ts: `export const config = { runtime: 'nodejs' }`"

/** Sends it as a user whom the rules allow: `401` would mean that somebody else would have got in. */
async function ask({ direct, alb }: NextApp, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(direct + path, { headers: await alb.headersFor('dev@example.com') })
  return { status: response.status, text: await response.text() }
}

describe('in the Pages Router and the Edge runtime', () => {
  let app: NextApp

  beforeAll(async () => {
    app = await startNext('in the Pages Router and the Edge runtime', { WITHOUT_WARM_UP: '1' })
  })

  afterAll(async () => await app.stop())

  test.each(['/legacy', '/api/legacy'])('%s of the Pages Router is an error that says what to use', async (path) => {
    expect((await ask(app, path)).status).toBe(500)
    expect(app.output()).toContain('new CognitoAuth() of @cognito-auth/core')
  })

  test('what it says works there', async () => {
    const { status, text } = await ask(app, '/api/core')
    expect([status, JSON.parse(text)]).toEqual([200, { email: 'dev@example.com' }])
    expect((await fetch(`${app.direct}/api/core`)).status).toBe(401)
  })

  test('a route in the Edge runtime is an error that says what to remove', async () => {
    const { status, text } = await ask(app, '/edge')
    expect([status, NAMES.exec(text)?.[0]]).toEqual([500, undefined])
    expect(app.output()).toContain("remove `runtime = 'edge'`")
  })
})

test('middleware in the Edge runtime answers nobody, at no path', async () => {
  const app = await startNext('with middleware in the Edge runtime', { WITHOUT_WARM_UP: '1' })
  try {
    for (const path of ['/api/core', '/legacy', '/edge', '/health', '/nowhere']) {
      const { status, text } = await ask(app, path)
      expect([path, status, NAMES.exec(text)?.[0]]).toEqual([path, 500, undefined])
    }
    expect(app.output()).toContain(EDGE)
  } finally {
    await app.stop()
  }
})
