/** `npx pnpm --filter browser-tests run card`: the picture that link previews show, docs/public/card.png. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const flow = await readFile(new URL('../docs/public/flow.svg', import.meta.url), 'utf8')
const html = `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  body { margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 44px 60px; background: #fff; color: #1f2328; font: 30px/1.35 system-ui, sans-serif }
  h1 { margin: 0 0 8px; font-size: 64px; letter-spacing: -1px } p { margin: 0 0 26px; color: #3d444d } svg { width: 1080px }
</style><h1>cognito-auth</h1><p>Verified users behind your AWS load balancer, in two lines.</p>${flow}`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage({ viewport: { width: 1200, height: 630 }, colorScheme: 'light' })
await page.setContent(html)
await page.screenshot({ path: fileURLToPath(new URL('../docs/public/card.png', import.meta.url)) })
await browser.close()
