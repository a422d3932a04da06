import { existsSync, readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import sirv from 'sirv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings, launch } from './chromium.js'

const DIST = fileURLToPath(new URL('../../docs/.vitepress/dist', import.meta.url))
if (!existsSync(DIST)) throw new Error('The site is not built: npx pnpm docs:build')

/** Every page by hand; of the API reference, which a program lays out, the first. */
const PAGES = [
  ...readdirSync(DIST).filter((name) => name.endsWith('.html') && name !== '404.html'),
  ...(existsSync(`${DIST}/api/index.html`) ? ['api/index.html'] : []),
]

const SEARCHES = ['invalid signature', 'logout', 'next.js', 'docker', 'hono', '403']

let browser: Browser
let server: Server
let url: string

beforeAll(async () => {
  browser = await launch()
  server = createServer(sirv(DIST))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  await browser.close()
  await new Promise((resolve) => server.close(resolve))
})

describe.each(PAGES)('%s', (name) => {
  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('axe finds nothing, and no table is wider than its column: %s, %i px', async (scheme, width) => {
    const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } })
    await page.goto(`${url}/${name}`)
    await page.locator('.vp-doc').waitFor()
    expect(await axeFindings(page)).toEqual([])
    const wider = await page.evaluate(() =>
      [...document.querySelectorAll('.vp-doc table')]
        .filter((table) => table.scrollWidth > (table.parentElement?.clientWidth ?? 0) + 1)
        .map((table) => table.textContent.slice(0, 60)),
    )
    expect(wider).toEqual([])
    await page.close()
  })
})

test('every page says what it is about, and has a card', async () => {
  const page = await browser.newPage()
  const without: string[] = []
  for (const name of PAGES) {
    await page.goto(`${url}/${name}`)
    const description = await page.locator('meta[name="description"]').getAttribute('content')
    if ((description ?? '').length < 20) without.push(name)
    expect(await page.locator('meta[property="og:image"]').count()).toBe(1)
  }
  expect(without).toEqual([])
  for (const file of ['llms.txt', 'llms-full.txt', 'favicon.svg', 'card.png'])
    expect({ file, status: (await page.request.get(`${url}/${file}`)).status() }).toEqual({ file, status: 200 })
  await page.close()
})

test.each(SEARCHES)('search finds "%s"', async (words) => {
  const page = await browser.newPage()
  await page.goto(`${url}/index.html`)
  await page.locator('#local-search button').click()
  await page.locator('#localsearch-input').fill(words)
  await page.locator('#localsearch-list li a').first().waitFor()
  expect(await page.locator('#localsearch-list li a').count()).toBeGreaterThan(0)
  await page.close()
})
