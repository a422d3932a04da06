/** With `cacheComponents`, where Next sends a shell that was built and streams the rest: no shell and no cache holds a user. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTACKS } from './attacks.js'
import { FOLDER, MODES, type NextApp, startNext } from './next-server.js'

const MODE = 'with cacheComponents'
const PAGES = ['/', '/kept', '/private-cache', '/ten']
const ANYBODY = /@example\.com|eport of|Home of|secret of/

let app: NextApp

beforeAll(async () => {
  app = await startNext(MODE)
})

afterAll(async () => await app.stop())

type Who = 'ada@example.com' | 'dev@example.com'

async function ask(path: string, headers: Record<string, string> = {}, who?: Who, method = 'GET'): Promise<string> {
  const tokens = who === undefined ? {} : app.alb.headersFor(who)
  const response = await fetch(app.direct + path, { method, redirect: 'manual', headers: { ...tokens, ...headers } })
  const location = response.headers.get('location')
  const text = await response.text()
  return location === null || !/[?&]_rsc/.test(location)
    ? text
    : await ask(location.replace(app.direct, ''), headers, who)
}

test('the shells that were built name nobody', () => {
  const folder = join(FOLDER, MODES[MODE].folder, '.next/server/app')
  const built = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(?:html|rsc|meta)$/.test(name),
  )
  expect(built).toContain('index.html')
  for (const name of built) expect([name, ANYBODY.exec(readFileSync(join(folder, name), 'utf8'))]).toEqual([name, null])
})

test.each(PAGES)('nobody is shown the page of another, one after the other or at once: %s', async (path) => {
  for (const headers of [{}, { rsc: '1' }]) {
    for (const people of [['ada@example.com'], ['dev@example.com'], ['ada@example.com', 'dev@example.com']] as const) {
      const texts = await Promise.all(people.map(async (who) => ({ who, text: await ask(path, headers, who) })))
      for (const { who, text } of texts) {
        expect(text).toContain(who)
        expect(text).not.toContain(who === 'ada@example.com' ? 'dev@example.com' : 'ada@example.com')
      }
    }
  }
})

test('`use cache` around requireUser() is an error, for everybody', async () => {
  for (const who of ['ada@example.com', 'dev@example.com', 'ada@example.com'] as const) {
    expect(await ask('/inside-cache', {}, who)).not.toMatch(/secret of|@example\.com/)
  }
})

test.each(ATTACKS)('a stranger who sends %s sees the shell at most', async (_, headers, method) => {
  for (const path of [...PAGES, '/inside-cache'])
    expect(await ask(path, headers, undefined, method)).not.toMatch(ANYBODY)
})

test('a stranger is told by a digest, after the shell', async () => {
  for (const path of PAGES.filter((one) => one !== '/ten')) {
    expect(await ask(path)).toContain('COGNITO_AUTH_missing_token')
  }
})

test('ten components that ask are one verification, and one question to the rules', async () => {
  const counts = async () => JSON.parse(await ask('/api/events')) as Record<string, number>
  await ask('/ten', {}, 'dev@example.com')
  const before = await counts()
  const html = await ask('/ten', {}, 'dev@example.com')
  const after = await counts()
  expect(html.match(/<li>dev@example\.com<\/li>/g)).toHaveLength(10)
  const made = ['authenticated', 'authorised', 'rejected'].map((name) => (after[name] ?? 0) - (before[name] ?? 0))
  expect(made).toEqual([1, 1, 0])
})
