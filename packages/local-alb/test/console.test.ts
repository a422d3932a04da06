import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_USERS, type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'
import { type EchoApp, startEchoApp } from './echo-app.js'
import { readAccessToken } from './tokens.js'

let app: EchoApp
let alb: LocalAlb
beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({ target: app.url, port: 0 })
})
afterAll(async () => {
  await alb.stop()
  await app.stop()
})
afterEach(() => {
  alb.setFault(undefined)
  alb.setUsers(DEFAULT_USERS)
})

interface Echo {
  readonly url: string
  readonly headers: Record<string, string | string[]>
}

const textOf = async (browser: Browser, path: string): Promise<string> =>
  await (await browser.send(alb.url + path)).text()

/** Sends a form of a page. @returns where it leads. */
async function submit(browser: Browser, page: string, action: string, fields: Record<string, string>): Promise<string> {
  const form = fieldOf(await textOf(browser, page), 'form')
  const body = new URLSearchParams({ form, ...fields })
  return await browser.follow(`${alb.url}/_local-alb/${action}`, { method: 'POST', body })
}

const groupsOf = async (browser: Browser): Promise<unknown> => {
  const { headers } = JSON.parse(await textOf(browser, '/')) as Echo
  const pool = alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''
  return (await readAccessToken(String(headers['x-amzn-oidc-accesstoken']), alb.url, pool)).claims['cognito:groups']
}

async function signedIn(user = '1'): Promise<Browser> {
  const browser = new Browser()
  await submit(browser, '/_local-alb/users', 'sign-in', { user })
  return browser
}

describe('the page of requests', () => {
  test('lists them newest first, and leads to one with its tokens, each claim explained', async () => {
    const browser = await signedIn()
    await browser.send(`${alb.url}/a?b=c`)
    const list = await textOf(browser, '/_local-alb')
    expect(list).toContain('Signed in as Dev Eloper (dev@example.com), developers.')
    const [, link] = /<a href="(\/_local-alb\/requests\/\d+)">\/a\?b=c<\/a>/.exec(list) ?? []
    const page = await textOf(browser, link ?? '')
    expect(page).toContain('Groups of the user: only the access token has them.')
    expect(page).toMatch(/arn:aws:elasticloadbalancing:xx-local-1:/)
    expect(page).toMatch(/curl -i \\\n.*-H &#39;x-amzn-oidc-accesstoken: /)
    expect((await browser.send(`${alb.url}/_local-alb/requests/999999`)).status).toBe(404)
  })

  test('sends a request again, with a fault that only this one has', async () => {
    const browser = await signedIn()
    await browser.send(`${alb.url}/again`)
    const [, id = ''] = /requests\/(\d+)">\/again/.exec(await textOf(browser, '/_local-alb')) ?? []
    const location = await submit(browser, '/_local-alb', 'replay', { id, fault: 'wrong_signer' })
    expect(location).toMatch(/\/_local-alb\/requests\/\d+$/)
    const page = await (await browser.send(location)).text()
    expect(page).toContain('loadbalancer/app/somebody-elses/')
    expect(page).toContain('<dd>wrong_signer</dd>')
    const { headers } = JSON.parse(await textOf(browser, '/')) as Echo
    expect(Buffer.from(String(headers['x-amzn-oidc-data']).split('.')[0] ?? '', 'base64url').toString()).toContain(
      'app/local-alb/',
    )
  })

  test('sends nothing again that nobody was signed in for', async () => {
    await fetch(`${alb.url}/nobody`, { redirect: 'manual' })
    const browser = new Browser()
    const [, id = ''] = /requests\/(\d+)">\/nobody/.exec(await textOf(browser, '/_local-alb')) ?? []
    const body = new URLSearchParams({ form: fieldOf(await textOf(browser, '/_local-alb'), 'form'), id })
    expect((await browser.send(`${alb.url}/_local-alb/replay`, { method: 'POST', body })).status).toBe(400)
  })

  test('has a script that no other can replace, and no inline style but its own', async () => {
    const policy = (await fetch(`${alb.url}/_local-alb`)).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; .*script-src 'sha256-[^']+'; connect-src 'self'$/,
    )
    expect(policy).not.toContain('unsafe')
  })

  test('a path in it is text, whatever it is', async () => {
    const browser = await signedIn()
    await browser.send(`${alb.url}/?x=%3Cimg%20src=x%3E<img>"'`)
    expect(await textOf(browser, '/_local-alb')).not.toMatch(/<img/)
  })
})

describe('requests as events', () => {
  test('come as they are answered', async () => {
    const response = await fetch(`${alb.url}/_local-alb/events`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    await fetch(`${alb.url}/seen-live`, { redirect: 'manual' })
    while (!text.includes('seen-live')) text += (await reader?.read())?.value ?? ''
    const [, data = ''] = /event: request\ndata: (.*)\n/.exec(text) ?? []
    expect(JSON.parse(data)).toMatchObject({ row: expect.stringMatching(/^<tr id="r\d+">/) as string })
    await reader?.cancel()
  })

  test.each(['cross-site', 'same-site'])('are not for pages that are %s', async (site) => {
    expect((await fetch(`${alb.url}/_local-alb/events`, { headers: { 'sec-fetch-site': site } })).status).toBe(403)
  })
})

describe('the page of users', () => {
  test('makes somebody else of you in one click', async () => {
    const browser = await signedIn('1')
    await submit(browser, '/_local-alb/users', 'sign-in', { user: '0' })
    expect(await groupsOf(browser)).toEqual(['admins', 'developers'])
  })

  test('changes groups, which count with the next request', async () => {
    const browser = await signedIn('1')
    expect(await groupsOf(browser)).toEqual(['developers'])
    await submit(browser, '/_local-alb/users', 'groups', { user: '1', groups: 'testers,  owners ,' })
    expect(await groupsOf(browser)).toEqual(['testers', 'owners'])
  })

  test('ends all sessions of somebody, and nobody else is signed out', async () => {
    const [dev, ada] = [await signedIn('1'), await signedIn('0')]
    await submit(ada, '/_local-alb/users', 'end-sessions', { user: '1' })
    expect((await dev.send(alb.url)).status).toBe(302)
    expect((await ada.send(alb.url)).status).toBe(200)
  })

  test('refuses a user that there is not', async () => {
    const browser = new Browser()
    const body = new URLSearchParams({ form: fieldOf(await textOf(browser, '/_local-alb'), 'form'), user: '9' })
    expect((await browser.send(`${alb.url}/_local-alb/sign-in`, { method: 'POST', body })).status).toBe(400)
  })
})

describe('a link that signs in', () => {
  const follow = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(`${alb.url}/_local-alb/as/${path}`, { headers, redirect: 'manual' })

  test('leads to a page as that user', async () => {
    const browser = new Browser()
    expect(await browser.follow(`${alb.url}/_local-alb/as/ada@example.com?to=/reports%3Fa=b`)).toBe(
      `${alb.url}/reports?a=b`,
    )
    expect(await groupsOf(browser)).toEqual(['admins', 'developers'])
  })

  test.each([{ 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-origin' }, {}])(
    'may be typed, or followed here: %j',
    async (headers) => {
      expect((await follow('ada%40example.com', headers as Record<string, string>)).status).toBe(302)
    },
  )

  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ])('is refused from another site: %j', async (headers) => {
    const response = await follow('ada@example.com', headers as Record<string, string>)
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []])
  })

  test.each(['https://evil.example/', '//evil.example', String.raw`/\evil.example`, 'reports', '', '/a\r\nx:y'])(
    'leads nowhere but to the app: %j',
    async (to) => {
      const response = await follow(`ada@example.com?to=${encodeURIComponent(to)}`)
      expect([response.status, response.headers.getSetCookie()]).toEqual([400, []])
    },
  )

  test.each(['nobody', '%E0%A4%A', ''])('is for users: "%s"', async (who) => {
    expect((await follow(who)).status).toBe(400)
  })

  test('is for this machine: not by a public URL', async () => {
    const remote = await startLocalAlb({ target: app.url, port: 0, publicUrl: 'https://x.example' })
    try {
      const url = `${remote.env['COGNITO_AUTH_LOCAL_ALB']}/_local-alb/as/ada@example.com`
      const response = await fetch(url, { headers: { 'x-forwarded-host': 'x.example' }, redirect: 'manual' })
      expect([response.status, response.headers.getSetCookie()]).toEqual([403, []])
    } finally {
      await remote.stop()
    }
  })
})

describe('the clock', () => {
  const move = async (browser: Browser, ms: number): Promise<void> => {
    await submit(browser, '/_local-alb/clock', 'clock', { move: String(ms) })
  }
  const iatOf = async (browser: Browser): Promise<number> => {
    const { headers } = JSON.parse(await textOf(browser, '/')) as Echo
    const [, claims = ''] = String(headers['x-amzn-oidc-accesstoken']).split('.')
    return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number }).iat
  }

  test('moved ahead refreshes access tokens, then ends sessions', async () => {
    const browser = await signedIn()
    try {
      const before = await iatOf(browser)
      await move(browser, 2 * 3_600_000)
      expect((await iatOf(browser)) - before).toBeGreaterThanOrEqual(7_200)
      await move(browser, 8 * 86_400_000)
      expect((await browser.send(alb.url)).status).toBe(302)
    } finally {
      await move(browser, 0)
    }
    expect(await textOf(browser, '/_local-alb/clock')).toContain('as this machine')
  })

  test.each(['soon', '', '1.5', '1e400'])('is not moved by "%s"', async (value) => {
    const browser = new Browser()
    const body = new URLSearchParams({ form: fieldOf(await textOf(browser, '/_local-alb/clock'), 'form'), move: value })
    expect((await browser.send(`${alb.url}/_local-alb/clock`, { method: 'POST', body })).status).toBe(
      value === '' ? 302 : 400,
    )
  })
})

test('new keys are listed first', async () => {
  const browser = new Browser()
  const kids = async (): Promise<string[]> =>
    [...(await textOf(browser, '/_local-alb/clock')).matchAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g)].map(([kid]) => kid)
  const before = await kids()
  expect(await submit(browser, '/_local-alb/clock', 'rotate-keys', {})).toBe(`${alb.url}/_local-alb/clock?rotated`)
  expect((await kids()).slice(1)).toEqual(before)
})

test('the page of the attack says what came of it', async () => {
  const browser = new Browser()
  await submit(browser, '/_local-alb/attack', 'attack', { path: 'nowhere' })
  expect(await textOf(browser, '/_local-alb/attack')).toContain('the path must begin with one /')
}, 60_000)
