/** In development, and without `proxy.ts`: what each page, action and handler does by itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NextApp, startNext } from './next-server.js'

const INTERRUPTS = process.env['AUTH_INTERRUPTS'] === 'on'

let app: NextApp

beforeAll(async () => {
  app = await startNext({}, 'dev')
})

afterAll(async () => await app.stop())

const DIGEST = /COGNITO_AUTH_(?:missing|invalid)_token/
const NAMES = /@example\.com|Home of|Board of|Layout of/

describe('without proxy.ts, in development', () => {
  test.each(['/', '/guarded/below', '/board', '/maybe'])('a user whom the rules allow sees %s', async (path) => {
    const { cookie } = app.alb.signIn('dev@example.com')
    const response = await fetch(app.alb.url + path, { headers: { cookie } })
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('dev@example.com')])
  })

  test.each(['/', '/guarded/below', '/board', '/ten'])('a stranger is refused %s', async (path) => {
    for (const headers of [
      {},
      { rsc: '1' },
      { 'x-middleware-subrequest': 'middleware' },
      { 'x-amzn-oidc-data': 'a.b.c' },
    ]) {
      const response = await fetch(app.direct + path, { headers })
      const text = await response.text()
      expect(text).not.toMatch(NAMES)
      // By Next's interrupt the status says it, by an error its digest; data for the browser's router is 200 either way.
      const isTold = INTERRUPTS ? response.status === 401 || 'rsc' in headers : DIGEST.test(text)
      expect(isTold).toBe(true)
    }
  })

  test('a stranger is refused by route handlers', async () => {
    const refused = await fetch(`${app.direct}/api/me`)
    expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ code: 'missing_token' })])
    const component = await fetch(`${app.direct}/api/denied`)
    expect([401, 500]).toContain(component.status)
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
