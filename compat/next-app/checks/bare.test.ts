/** Without `proxy.ts`: what each page, action and handler does by itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NextApp, startNext } from './next-server.js'

describe.each(['built without proxy.ts', 'in development without proxy.ts'] as const)('%s', (mode) => {
  let app: NextApp

  beforeAll(async () => {
    app = await startNext(mode)
  })

  afterAll(async () => await app.stop())

  test.each(['/', '/guarded/below', '/board', '/maybe'])('a user whom the rules allow sees %s', async (path) => {
    const { cookie } = app.alb.signIn('dev@example.com')
    const response = await fetch(app.alb.url + path, { headers: { cookie } })
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('dev@example.com')])
  })

  test('a static page is open: nothing asks', async () => {
    expect((await fetch(`${app.direct}/plain-static`)).status).toBe(200)
  })

  test('a page that welcomes anonymous people greets nobody, and refuses a bad token', async () => {
    expect(await (await fetch(`${app.direct}/maybe`)).text()).toContain('nobody')
    const bad = { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-oidc-accesstoken': 'a.b.c' }
    expect(await (await fetch(`${app.direct}/maybe`, { headers: bad })).text()).not.toContain('nobody')
  })
})

describe('with a redirectUrl, without proxy.ts', () => {
  const url = 'https://example.com/denied'

  test('components and handlers send strangers, and people whom the rules deny, there', async () => {
    const app = await startNext('built without proxy.ts', { COGNITO_AUTH_REDIRECT_URL: url })
    try {
      for (const path of ['/', '/guarded/below', '/api/admins']) {
        for (const headers of [{}, app.alb.headersFor('guest@example.com')]) {
          const response = await fetch(app.direct + path, { redirect: 'manual', headers })
          expect([path, response.status, response.headers.get('location')]).toEqual([path, 307, url])
        }
      }
    } finally {
      await app.stop()
    }
  })

  test('a wrong configuration is not redirected: it is an error with a digest, for everybody', async () => {
    const app = await startNext('built without proxy.ts', {
      COGNITO_AUTH_REDIRECT_URL: url,
      COGNITO_AUTH_CONFIG_PATH: '/nowhere.json',
      WITHOUT_WARM_UP: '1',
    })
    try {
      const response = await fetch(app.direct, { redirect: 'manual', headers: app.alb.headersFor('dev@example.com') })
      expect([response.status, await response.text()]).toEqual([
        500,
        expect.stringContaining('COGNITO_AUTH_configuration'),
      ])
      expect((await fetch(`${app.direct}/api/me`)).status).toBe(500)
    } finally {
      await app.stop()
    }
  })
})

test('an app that awaits warmUp() does not pass its health check with a wrong configuration', async () => {
  const app = await startNext('built without proxy.ts', { COGNITO_AUTH_CONFIG_PATH: '/nowhere.json' })
  try {
    expect((await fetch(`${app.direct}/health`)).status).toBe(500)
    expect(app.output()).toContain('nowhere.json')
  } finally {
    await app.stop()
  }
})
