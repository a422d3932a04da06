import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownCookie } from '../src/sessions/cookies.js'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'

let alb: LocalAlb

beforeAll(async () => {
  alb = await startLocalAlb({ target: 'http://localhost:9', port: 0 })
})
afterAll(async () => await alb.stop())

const PATHS = [
  '/_local-alb/fault',
  '/_local-alb/rotate-keys',
  '/_local-alb/sign-out',
  '/_local-alb/sign-in',
  '/_local-alb/groups',
  '/_local-alb/end-sessions',
  '/_local-alb/clock',
  '/_local-alb/oauth2/authorize',
]

/** A browser that was shown the status page, and the token of its forms. */
async function shown(path = '/_local-alb'): Promise<{ browser: Browser; form: string; origin: string }> {
  const browser = new Browser()
  const page = path.endsWith('authorize') ? await browser.follow(alb.url) : `${alb.url}/_local-alb`
  const form = fieldOf(await (await browser.send(page)).text(), 'form')
  return { browser, form, origin: new URL(page).origin }
}

describe.each(PATHS)('the form %s', (path) => {
  async function statusOf(browser: Browser, form: string, headers: Record<string, string> = {}): Promise<number> {
    const body = new URLSearchParams({ form, fault: 'expired', user: '0', move: '0' })
    return (await browser.send(alb.url + path, { method: 'POST', body, headers })).status
  }

  test('is taken from its page', async () => {
    const { browser, form, origin } = await shown(path)
    // The form has no state of a sign-in: that is looked at after the form was accepted.
    const expected = path.endsWith('authorize') ? 401 : 302
    expect(await statusOf(browser, form)).toBe(expected)
    expect(await statusOf(browser, form, { origin })).toBe(expected)
    alb.setFault(undefined)
  })

  test.each(['https://evil.example', 'http://localhost:1', 'null', ''])('is refused from "%s"', async (origin) => {
    const { browser, form } = await shown()
    expect(await statusOf(browser, form, { origin })).toBe(403)
  })

  test('is refused without a token, or with that of another browser', async () => {
    const [{ browser }, other] = [await shown(), await shown()]
    expect(await statusOf(browser, '')).toBe(403)
    expect(await statusOf(browser, other.form)).toBe(403)
  })

  test('is refused with a cookie that an app on another port has planted', async () => {
    const browser = new Browser()
    const planted = '0123456789abcdef0123456789abcdef'
    browser.restore(`${ownCookie('form', alb.url)}=${planted}`)
    // Such an app knows the cookie; the token is not the same, and not to be made without the key.
    expect(await statusOf(browser, planted)).toBe(403)
  })

  test('is refused over 16 K, and says so', async () => {
    const { browser, form } = await shown()
    const body = new URLSearchParams({ form, name: 'x'.repeat(17_000) })
    const response = await browser.send(alb.url + path, { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('16 K at most')])
  })
})

test('what was refused has done nothing', async () => {
  const { browser } = await shown()
  const cookie = alb.signIn('dev@example.com').cookie
  browser.restore(cookie)
  for (const path of PATHS)
    await browser.send(alb.url + path, { method: 'POST', body: new URLSearchParams({ form: 'x', fault: 'expired' }) })
  const page = await (await browser.send(`${alb.url}/_local-alb`)).text()
  expect(page).toMatch(/<option value="">\s*none/)
  expect(page).toContain('Signed in as Dev Eloper')
})

test('a POST without any length has an empty body, as from curl without -d', async () => {
  const socket = connect(Number(new URL(alb.url).port), '127.0.0.1')
  socket.write(
    'POST /_local-alb/api/rotate-keys HTTP/1.1\r\nhost: localhost\r\nx-local-alb: 1\r\nconnection: close\r\n\r\n',
  )
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /)
})

describe('the console', () => {
  test('says that the keys were rotated', async () => {
    const { browser, form } = await shown()
    const init = { method: 'POST', body: new URLSearchParams({ form }) }
    const page = await browser.follow(`${alb.url}/_local-alb/rotate-keys`, init)
    expect(await (await browser.send(page)).text()).toContain('The keys are new')
  })

  test('says with the faults of keys to rotate them, too', async () => {
    alb.setFault('keys_down')
    const page = await (await fetch(`${alb.url}/_local-alb/faults`)).text()
    expect(page).toContain('Rotate the keys now')
    alb.setFault(undefined)
  })

  test('is found with a slash at its end, and under another name of this machine', async () => {
    const browser = new Browser()
    expect((await browser.send(`${alb.url}/_local-alb/`)).status).toBe(200)
    const { port } = new URL(alb.url)
    // Its forms would be refused there: their origin is another one.
    expect(await browser.follow(`http://127.0.0.1:${port}/_local-alb?rotated`)).toBe(`${alb.url}/_local-alb?rotated`)
  })

  test('keys and API are answered under any name of this machine: apps fetch them', async () => {
    const { port } = new URL(alb.url)
    const init = { headers: { 'x-local-alb': '1' }, redirect: 'manual' } as const
    expect((await fetch(`http://127.0.0.1:${port}/_local-alb/api/fault`, init)).status).toBe(200)
    const jwks = `/_local-alb/${alb.env['COGNITO_AUTH_USER_POOL_ID']}/.well-known/jwks.json`
    expect((await fetch(`http://127.0.0.1:${port}${jwks}`, init)).status).toBe(200)
  })
})
