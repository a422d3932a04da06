import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { MockUser } from '@cognito-auth/local-alb'
import type { TestAlb } from '@cognito-auth/testing'
import { behaviourRows } from '@cognito-auth/testing/behaviour'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAGES } from './attacks.js'
import { FOLDER, type NextApp, startNext } from './next-server.js'
import { sendRaw } from './send-raw.js'

const INTERRUPTS = process.env['AUTH_INTERRUPTS'] === 'on'

let app: NextApp

beforeAll(async () => {
  app = await startNext('built', {
    COGNITO_AUTH_SIGN_OUT_PATH: '/sign-out',
    COGNITO_AUTH_BEARER_CLIENT_IDS: 'localalbjob',
  })
})

afterAll(async () => await app.stop())

type Who = 'ada@example.com' | 'dev@example.com' | 'guest@example.com' | undefined

async function ask(path: string, who?: Who, init: RequestInit = {}): Promise<Response> {
  const cookie: Record<string, string> = who === undefined ? {} : { cookie: app.alb.signIn(who).cookie }
  return await fetch(app.alb.url + path, {
    redirect: 'manual',
    ...init,
    headers: { ...cookie, ...(init.headers as Record<string, string>) },
  })
}

/** Straight at the app, as somebody who reaches its port. */
async function directly(path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(app.direct + path, { redirect: 'manual', ...init })
}

/** Next 16 sends a client to the address that names the headers of its request. */
async function askRsc(path: string, who: Who, headers: Record<string, string>): Promise<Response> {
  const response = await ask(path, who, { headers })
  const location = response.headers.get('location')
  if (location === null || !/[?&]_rsc/.test(location)) return response
  return await ask(location.replace(app.alb.url, ''), who, { headers })
}

async function counts(): Promise<Record<string, number>> {
  return (await (await directly('/api/events')).json()) as Record<string, number>
}

const HANDLERS = ['/api/me', '/api/items/7', '/api/throws', '/api/admins']
const navigation = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', accept: 'text/html' }

test('the build had no environment, and made nothing static that reads a user', () => {
  const { routes } = JSON.parse(readFileSync(join(FOLDER, '.next/prerender-manifest.json'), 'utf8')) as {
    routes: object
  }
  const ours = Object.keys(routes).filter((route) => !/^\/(?:_|favicon)/.test(route))
  expect(ours.sort()).toEqual(['/open', '/plain-static'])
})

describe('a user whom the rules allow', () => {
  test.each(PAGES.filter((path) => path !== '/plain-static' && path !== '/actions'))(
    'sees %s, and is named on it',
    async (path) => {
      const response = await ask(path, 'dev@example.com')
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('dev@example.com')
    },
  )

  test('sees a static page, and its scripts', async () => {
    const response = await ask('/plain-static', 'dev@example.com')
    const html = await response.text()
    expect([response.status, html.includes('Static secret')]).toEqual([200, true])
    const script = /\/_next\/static\/[^"]+\.js/.exec(html)?.[0] ?? ''
    expect((await ask(script, 'dev@example.com')).status).toBe(200)
  })

  test('sees every slot of parallel routes', async () => {
    const html = await (await ask('/board', 'dev@example.com')).text()
    for (const slot of ['Board of', 'team of', 'stats of'])
      expect(html.replaceAll('<!-- -->', '')).toContain(`${slot} dev@example.com`)
  })

  test('is handed to route handlers, with the parameters of the route', async () => {
    expect(await (await ask('/api/me', 'dev@example.com')).json()).toEqual({ email: 'dev@example.com' })
    expect(await (await ask('/api/items/7', 'ada@example.com')).json()).toEqual({ id: '7', email: 'ada@example.com' })
    expect((await ask('/api/throws', 'ada@example.com')).status).toBe(500)
  })
})

test('ten components, a page and a layout that ask are one verification, and one question to the rules', async () => {
  await ask('/ten', 'dev@example.com')
  const before = await counts()
  const html = await (await ask('/ten', 'dev@example.com')).text()
  const after = await counts()
  expect(html.match(/<li>dev@example\.com<\/li>/g)).toHaveLength(10)
  const made = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0)
  // One more of each is that of `proxy`, which has a memory of its own.
  expect([made('authenticated'), made('authorised'), made('rejected')]).toEqual([2, 2, 0])
})

describe('a person whom the rules deny', () => {
  test.each([...PAGES, ...HANDLERS, '/_next/static/x.js'])('is refused %s', async (path) => {
    const response = await ask(path, 'guest@example.com')
    expect(response.status).toBe(403)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'access_denied' })
  })

  test('is shown a page that names them and leads to signing out', async () => {
    const html = await (await ask('/', 'guest@example.com', { headers: navigation })).text()
    expect(html).toContain('guest@example.com')
    expect(html).toContain('href="/sign-out"')
    const { cookie } = app.alb.signIn('guest@example.com')
    const { status, headers } = await sendRaw(app.alb.url, '/sign-out', { ...navigation, cookie })
    const expired = headers['set-cookie']?.filter((line) => line.startsWith('AWSELBAuthSessionCookie-'))
    expect([status, expired?.length]).toEqual([302, 4])
  })

  test('sees what is bypassed', async () => {
    expect((await ask('/open', 'guest@example.com')).status).toBe(200)
  })
})

describe('a component that asks for more than the rules', () => {
  test('shows 403 where authInterrupts is on, else error.tsx with a digest', async () => {
    expect(await (await ask('/admins', 'ada@example.com')).text()).toContain('ada@example.com')
    const response = await ask('/admins', 'dev@example.com')
    const html = await response.text()
    expect(html).not.toContain('Admins,')
    expect(INTERRUPTS ? String(response.status) : html).toContain(INTERRUPTS ? '403' : 'COGNITO_AUTH_access_denied')
  })

  test('refuses in a route handler as well', async () => {
    const response = await ask('/api/admins', 'dev@example.com')
    expect(response.status).toBe(INTERRUPTS ? 403 : 500)
    expect(await response.text()).not.toContain('dev@example.com')
  })
})

describe('the rows of every adapter about groups and admins, of requireGroups() and requireAdmin()', () => {
  const rows = behaviourRows.filter(
    ({ app: variant, what }) => variant === 'plain' && /group route|admin route/.test(what),
  )

  test.each(rows)('$what', async ({ request, expected }) => {
    // Whatever mints really-signed tokens will do: these are of the local load balancer.
    const tokens = { headersFor: (user: MockUser) => app.alb.headersFor(user) }
    const { path, headers } = await request(tokens as unknown as TestAlb)
    const response = await directly(`/api${path}`, { headers: headers as Record<string, string> })
    // `proxy` refuses strangers itself; whoever it allows, the handler refuses as components do.
    const isOfHandler = expected.status === 403
    expect(response.status).toBe(isOfHandler && !INTERRUPTS ? 500 : expected.status)
    expect((await response.text()).includes('@example.com')).toBe(expected.status === 200)
  })
})

describe('requireScopes()', () => {
  async function bearer(scope: string): Promise<RequestInit> {
    const response = await fetch(`${app.alb.env['COGNITO_AUTH_DOMAIN']}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('localalbjob:localalbjobsecret')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    })
    const { access_token: token } = (await response.json()) as { access_token: string }
    return { headers: { authorization: `Bearer ${token}` } }
  }

  test('allows a token with the scope', async () => {
    const response = await directly('/api/scopes', await bearer('my-api/read'))
    expect([response.status, await response.json()]).toEqual([200, { clientId: 'localalbjob' }])
  })

  test('refuses a token, and a session, without it', async () => {
    for (const init of [await bearer('my-api/reads'), { headers: app.alb.headersFor('ada@example.com') }]) {
      const response = await directly('/api/scopes', init)
      expect(response.status).toBe(INTERRUPTS ? 403 : 500)
      expect(await response.text()).not.toContain('clientId')
    }
  })
})

describe('caches', () => {
  test.each(['/private-cache', '/data-cache', '/ten', '/board', '/maybe'])(
    'show nobody the page of another: %s',
    async (path) => {
      for (const [who, other] of [
        ['ada@example.com', 'dev@example.com'],
        ['dev@example.com', 'ada@example.com'],
        ['ada@example.com', 'dev@example.com'],
      ] as const) {
        for (const headers of [{}, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }]) {
          const response = await askRsc(path, who, headers)
          const text = await response.text()
          expect(text).not.toContain(other)
          // A prefetch may hold nothing of the page.
          expect(text.includes(who) || 'next-router-prefetch' in headers).toBe(true)
          expect(response.headers.get('cache-control') ?? '').not.toMatch(/public|s-maxage/)
        }
      }
    },
  )

  test('`use cache` around requireUser() is an error, for everybody', async () => {
    for (const who of ['ada@example.com', 'dev@example.com'] as const) {
      const response = await ask('/inside-cache', who)
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('secret of')
    }
  })

  test('hold no key, no configuration, no token and no user', async () => {
    for (const path of PAGES) await ask(path, 'dev@example.com')
    const folder = join(FOLDER, '.next/cache/fetch-cache')
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile()) : []
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8')
      expect(text).not.toMatch(/_local-alb|allowed_groups|BEGIN PUBLIC KEY|"keys"|eyJ/)
    }
  })
})

test('nothing that was printed names anybody, or holds a token', () => {
  expect(app.output()).not.toMatch(/@example\.com|eyJ/)
})
