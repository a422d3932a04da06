/**
 * Makes `docs/public/streamlit.png`: the example app in Streamlit behind the gateway and the local load balancer, in Chromium.
 * `PATH` has Streamlit: `PATH=$PWD/.tmp/python/venv/bin:$PATH npx pnpm --filter @cognito-auth/gateway run screenshots`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startLocalAlb } from '@cognito-auth/local-alb'
import { chromium } from 'playwright-core'

const example = new URL('../../../examples/streamlit/', import.meta.url)
const path = fileURLToPath(new URL('../../../docs/public/streamlit.png', import.meta.url))

process.chdir(fileURLToPath(example))
process.env.COGNITO_AUTH_CONFIG_PATH = 'auth-config.json'
const alb = await startLocalAlb({
  command: ['sh', 'start.sh'],
  users: JSON.parse(readFileSync('users.json', 'utf8')),
  port: 0,
})
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  while (!(await fetch(`${alb.appUrl}/_cognito-auth/ready`)).ok)
    await new Promise((resolve) => setTimeout(resolve, 200))
  const context = await browser.newContext({ viewport: { width: 900, height: 840 }, deviceScaleFactor: 1 })
  await context.addCookies(alb.signIn('ada@example.com').cookies)
  const page = await context.newPage()
  await page.goto(alb.url)
  await page.getByText('Signed in as ada@example.com').waitFor({ timeout: 60_000 })
  for (const count of ['1', '2', '3']) {
    await page.getByRole('button', { name: 'Count' }).click()
    await page.getByText(count, { exact: true }).first().waitFor()
  }
  // Until the app has run to its end, and its chart is drawn.
  await page.locator('[data-testid=stVegaLiteChart] :is(canvas, svg)').first().waitFor({ timeout: 60_000 })
  await page.locator('[data-testid=stStatusWidget]').waitFor({ state: 'hidden', timeout: 60_000 })
  await page.screenshot({ path })
  console.log(path)
} finally {
  await browser.close()
  await alb.stop()
}
