/**
 * An app behind a load balancer whose sign-in pages are at another origin, as those of AWS are, and a browser before it.
 *
 * @module
 */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ListenerRule, type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import type { BrowserContext, Page } from 'playwright-core'

/** A running stage. */
export interface Stage {
  readonly alb: LocalAlb
  /** What reached the app, as `GET /data`, since the last {@link Stage.endSession}. */
  readonly received: string[]
  /** Opens a page of the app, signed in. */
  open(context: BrowserContext, path?: string): Promise<Page>
  /** As when its time is over. */
  endSession(context: BrowserContext): Promise<void>
  stop(): Promise<void>
}

/** Listens on a port of its own. */
export async function listen(handler: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, server }
}

/** Picks a user on the sign-in page. */
export async function pickUser(page: Page): Promise<void> {
  await page.locator('form', { hasText: 'dev@example.com' }).getByRole('button').first().click()
}

/**
 * Starts both.
 *
 * @param makeApp Called once the environment says which load balancer to trust.
 */
export async function startStage(
  rules: readonly ListenerRule[],
  makeApp: (url: string) => RequestListener | Promise<RequestListener>,
): Promise<Stage> {
  const received: string[] = []
  let app: RequestListener | undefined
  const { url: target, server } = await listen((req, res) => {
    received.push(`${req.method} ${req.url}`)
    app?.(req, res)
  })
  const alb = await startLocalAlb({ target, port: 0, rules })
  for (const [name, value] of Object.entries(alb.env)) process.env[name] = value
  app = await makeApp(alb.url)
  return {
    alb,
    received,
    async open(context, path = '/') {
      const page = await context.newPage()
      await page.goto(alb.url + path)
      await pickUser(page)
      await page.waitForURL(alb.url + path)
      return page
    },
    async endSession(context) {
      await context.clearCookies({ name: /^AWSELB/ })
      received.length = 0
    },
    async stop() {
      await alb.stop()
      server.closeAllConnections()
      server.close()
    },
  }
}
