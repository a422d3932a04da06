/**
 * Chromium of the system, and what axe finds on a page.
 *
 * @module
 */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync']

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The Chromium that `scripts/test-browser.mjs` found: `CHROMIUM_PATH`. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ARGS })
}

/** What axe calls a violation, as `rule: selector` lines; empty where it finds nothing. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Not addScriptTag(): a Content-Security-Policy would, rightly, refuse it.
  await page.evaluate(await axeSource)
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  })
}
