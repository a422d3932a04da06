/** Whoever has no session sees nothing, whatever they send: built and in development, with `proxy.ts` and without. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTACKS, detoursTo, NAMES, PAGES } from './attacks.js'
import { FOLDER, type Mode, MODES, type NextApp, startNext } from './next-server.js'
import { sendRaw } from './send-raw.js'

const INTERRUPTS = process.env['AUTH_INTERRUPTS'] === 'on'
const HANDLERS = ['/api/me', '/api/items/7', '/api/throws']
const ASKING_HANDLERS = ['/api/admins', '/api/admin', '/api/scopes']
const OPEN_WITHOUT_PROXY = ['/plain-static', '/maybe']

const MODES_OF_APP: readonly Mode[] = [
  'built',
  'built without proxy.ts',
  'in development',
  'in development without proxy.ts',
]

describe.each(MODES_OF_APP)('%s, a stranger who sends', (mode) => {
  const { hasProxy, folder, command } = MODES[mode]
  let app: NextApp

  beforeAll(async () => {
    app = await startNext(mode)
  })

  afterAll(async () => await app.stop())

  async function send(path: string, init: RequestInit): Promise<{ status: number; text: string }> {
    const response = await fetch(app.direct + path, { redirect: 'manual', ...init })
    const text = await response.text()
    const location = response.headers.get('location')
    // Next 16 sends a client to the address that names the headers of its request: the attack goes on there.
    const isMoved = location !== null && /[?&]_rsc/.test(location) && !path.includes('_rsc')
    return isMoved ? await send(location.replace(app.direct, ''), init) : { status: response.status, text }
  }

  test.each(ATTACKS)('%s is refused every page and handler', async (_, headers, method = 'GET') => {
    for (const path of [...PAGES, '/admins', '/inside-cache', ...HANDLERS, ...ASKING_HANDLERS]) {
      if (!hasProxy && OPEN_WITHOUT_PROXY.includes(path)) continue
      const { status, text } = await send(path, { method, headers })
      expect([path, NAMES.exec(text)?.[0]]).toEqual([path, undefined])
      // Without `proxy` Next tells of a refusal in its own ways, by the status of its interrupts or by a digest.
      const isOurs = hasProxy || (HANDLERS.includes(path) && method === 'GET')
      expect([path, isOurs ? status : 401]).toEqual([path, 401])
    }
  })

  test.each(hasProxy ? [] : ['the status of an interrupt or by a digest'])('nothing is told so, by %s', async () => {
    for (const path of PAGES.filter((page) => !OPEN_WITHOUT_PROXY.includes(page))) {
      const { status, text } = await send(path, {})
      expect([path, INTERRUPTS ? status === 401 : text.includes('COGNITO_AUTH_missing_token')]).toEqual([path, true])
    }
    for (const path of ASKING_HANDLERS) expect((await send(path, {})).status).toBe(INTERRUPTS ? 401 : 500)
  })

  test.each(detoursTo(hasProxy ? 'plain-static' : 'guarded/below'))('%s sees nothing', async (path) => {
    for (const headers of [{}, { rsc: '1' }, { 'x-nextjs-data': '1' }]) {
      const { status, body } = await sendRaw(app.direct, path, headers)
      expect(NAMES.exec(body)?.[0]).toBeUndefined()
      // A query does not make a bypassed path another one. Without `proxy` nothing but the page refuses.
      const isOpen = !hasProxy || path.startsWith('/open?')
      expect(isOpen ? [200, 307, 308, 400, 401, 404, 405, 500] : [308, 400, 401, 404]).toContain(status)
    }
  })

  test('actions, at their own page and at an open one, runs none of them', async () => {
    // In development the page has to be compiled first.
    const { cookie } = app.alb.signIn('ada@example.com')
    await (await fetch(`${app.alb.url}/actions`, { headers: { cookie } })).text()
    const manifest = join(
      FOLDER,
      folder,
      command === 'dev' ? devFolder() : '.next',
      'server/server-reference-manifest.json',
    )
    const ids = Object.keys((JSON.parse(readFileSync(manifest, 'utf8')) as { node: Record<string, object> }).node)
    expect(ids.length).toBeGreaterThan(1)
    for (const path of ['/open', '/actions']) {
      for (const id of ids) {
        for (const more of [{}, { 'x-action-forwarded': '1' }]) {
          const origin = app.direct
          const { text } = await send(path, {
            method: 'POST',
            headers: { 'next-action': id, 'content-type': 'text/plain;charset=UTF-8', origin, ...more },
            body: '[]',
          })
          expect(text).not.toMatch(/@example\.com|destroyed/)
        }
      }
    }
  })
})

/** Where `next dev` writes: Next 16 keeps it apart from the build. */
function devFolder(): string {
  return FOLDER.endsWith('next15') ? '.next' : '.next/dev'
}
