import { readFile } from 'node:fs/promises'
import type { LocalAlb } from '@cognito-auth/local-alb'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APPS } from '../../scripts/demo-apps.mjs'
import { startExample } from '../../scripts/demo-start.mjs'
import { axeFindings, launch } from './chromium.js'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
})

async function start(app: (typeof APPS)[number]): Promise<LocalAlb> {
  const users: unknown = JSON.parse(
    await readFile(new URL(`../../examples/${app.name}/users.json`, import.meta.url), 'utf8'),
  )
  return await startExample(app, { users: users as never, port: 0 })
}

/** Opens the app and picks a user on the sign-in page. */
async function signInAs(page: Page, url: string, email: string): Promise<number> {
  if (!page.url().startsWith('http')) await page.goto(url)
  const answered = page.waitForResponse((response) => response.url() === `${url}/` && response.status() !== 302)
  await page.locator('form', { hasText: email }).getByRole('button').first().click()
  return (await answered).status()
}

/** Frameworks of Python lay their pages out themselves: those are tried in `packages/gateway/python`. */
const apps = APPS.filter((app) => app.isBuilt() && (!app.isGateway || app.hasExamplePages))

describe.each(apps)('$name', (example) => {
  let alb: LocalAlb

  beforeAll(async () => {
    alb = await start(example)
  })

  afterAll(async () => {
    await alb.stop()
  })

  test('whoever is denied signs out and comes back as another user', async () => {
    const page = await browser.newPage()
    expect(await signInAs(page, alb.url, 'guest@example.com')).toBe(403)
    await page.getByRole('link', { name: /sign out/i }).click()
    await page.locator('form', { hasText: 'ada@example.com' }).waitFor()
    expect(await signInAs(page, alb.url, 'ada@example.com')).toBe(200)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Ada Admin')
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    'axe finds nothing on its pages, %s, at the width of a phone',
    async (scheme) => {
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 390, height: 800 } })
      await signInAs(page, alb.url, 'dev@example.com')
      expect(await axeFindings(page)).toEqual([])
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(wider).toBe(0)
      await page.goto(`${alb.url}/reports`)
      expect(await axeFindings(page)).toEqual([])
      await page.close()
    },
  )
})
