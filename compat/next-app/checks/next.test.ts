import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLDER, type NextApp, startNext } from './next-server.js'
import { sendRaw } from './send-raw.js'

const INTERRUPTS = process.env['AUTH_INTERRUPTS'] === 'on'

let app: NextApp

beforeAll(async () => {
  app = await startNext({ COGNITO_AUTH_SIGN_OUT_PATH: '/sign-out' })
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

const PAGES = [
  '/',
  '/ten',
  '/guarded/below',
  '/board',
  '/links',
  '/maybe',
  '/actions',
  '/private-cache',
  '/data-cache',
  '/plain-static',
]
const HANDLERS = ['/api/me', '/api/items/7', '/api/throws', '/api/denied']
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
    const response = await ask('/api/denied', 'dev@example.com')
    expect(response.status).toBe(INTERRUPTS ? 403 : 500)
    expect(await response.text()).not.toContain('dev@example.com')
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

/** What somebody without a session sends, straight at the app. */
const ATTACKS: readonly (readonly [string, Record<string, string>, string?])[] = [
  ['nothing', {}],
  ['a forged token', { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-oidc-accesstoken': 'a.b.c', 'x-amzn-oidc-identity': 'x' }],
  ['a subrequest header', { 'x-middleware-subrequest': 'middleware' }],
  [
    'a subrequest header of src',
    { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware' },
  ],
  [
    'a subrequest header, five times',
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  ],
  ['a subrequest header of proxy', { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' }],
  [
    'what middleware answers',
    { 'x-middleware-next': '1', 'x-middleware-rewrite': '/open', 'x-middleware-override-headers': 'a' },
  ],
  ['an invocation', { 'x-invoke-path': '/open', 'x-invoke-status': '200', 'x-matched-path': '/open' }],
  ['RSC', { rsc: '1' }],
  ['RSC with a state tree', { rsc: '1', 'next-router-state-tree': '%5B%22%22%2C%7B%7D%5D', 'next-url': '/open' }],
  ['a prefetch', { rsc: '1', 'next-router-prefetch': '1' }],
  ['a prefetch of a segment', { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
  ['a Pages data request', { 'x-nextjs-data': '1' }],
  ['a resume', { 'next-resume': '1' }, 'POST'],
  ['an action', { 'next-action': '0'.repeat(42) }, 'POST'],
  ['a preview', { 'x-prerender-revalidate': 'x', cookie: '__prerender_bypass=x; __next_preview_data=x' }],
]

const NAMES = /@example\.com|Static secret|Home of|Board of/

describe('a stranger who sends', () => {
  test.each(ATTACKS)('%s is refused every page and handler', async (_, headers, method = 'GET') => {
    for (const path of [...PAGES, ...HANDLERS, '/admins', '/inside-cache']) {
      const response = await directly(path, { method, headers })
      expect([path, response.status]).toEqual([path, 401])
      expect(await response.text()).not.toMatch(NAMES)
    }
  })

  test.each([
    '/plain-static.rsc',
    '/plain-static.txt',
    '/plain-static.segments/_tree.segment.rsc',
    '/plain-static.prefetch.rsc',
    '/plain-static/',
    '//plain-static',
    '/%70lain-static',
    '/plain%2dstatic',
    '/open/../plain-static',
    '/open/..%2fplain-static',
    '/open/%2e%2e/plain-static',
    '/open%2f..%2fplain-static',
    '/open\\..\\plain-static',
    '/en/plain-static',
    '/PLAIN-STATIC',
    '/_next/data/build/plain-static.json',
    '/_next/image?url=%2Fplain-static&w=16&q=75',
    '/_next/static/chunks/../../../server/app/plain-static.html',
    '/plain-static?_rsc=abc',
    '/plain-static?nxtPopen=x',
    '/open?__nextDataReq=1/../plain-static',
  ])('%s sees no static page', async (path) => {
    for (const headers of [{}, { rsc: '1' }, { 'x-nextjs-data': '1' }]) {
      const { status, body } = await sendRaw(app.direct, path, headers)
      expect(body).not.toMatch(NAMES)
      // A query does not make a bypassed path another one.
      expect(path.startsWith('/open?') ? [200, 307, 404] : [308, 400, 401, 404]).toContain(status)
    }
  })

  test('actions of a protected page at a bypassed path runs none of them', async () => {
    const manifest = readFileSync(join(FOLDER, '.next/server/server-reference-manifest.json'), 'utf8')
    const ids = Object.keys((JSON.parse(manifest) as { node: Record<string, object> }).node)
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) {
      for (const more of [{}, { 'x-action-forwarded': '1' }]) {
        const response = await directly('/open', {
          method: 'POST',
          headers: { 'next-action': id, 'content-type': 'text/plain;charset=UTF-8', origin: app.direct, ...more },
          body: '[]',
        })
        expect(await response.text()).not.toMatch(/@example\.com|destroyed/)
      }
    }
  })
})

test('nothing that was printed names anybody, or holds a token', () => {
  expect(app.output()).not.toMatch(/@example\.com|eyJ/)
})
