/** Signs in at the local load balancer as a person would, by its pages, and compares what the app answers. */
import { APPS, EXPECTATIONS, GATEWAY_EXPECTATIONS, MORE_EXPECTATIONS } from './demo-apps.mjs'

/** A browser's part: cookies, and redirects followed by hand. */
export class Browser {
  #cookies = new Map()

  async fetch(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const header of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)
      this.#cookies.set(name, value)
    }
    return response
  }

  async follow(url, init) {
    let response = await this.fetch(url, init)
    for (let hops = 0; response.status === 302 && hops < 10; hops += 1) {
      response = await this.fetch(new URL(response.headers.get('location'), url))
    }
    return response
  }
}

export async function signIn(base, email) {
  const browser = new Browser()
  const begun = await browser.fetch(base)
  const page = begun.headers.get('location')
  const html = await (await browser.follow(page)).text()
  const form = html.split('<form').find((part) => part.includes(`>${email}<`))
  if (form === undefined) throw new Error(`the sign-in page does not list ${email}`)
  const fields = [...form.matchAll(/name="(\w+)"\s+value="([^"]*)"/g)].map(([, name, value]) => [name, value])
  await browser.follow(page, { method: 'POST', body: new URLSearchParams(fields) })
  return browser
}

/** Headers of somebody who reaches the app past the load balancer. */
export function forgedHeaders() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none' })}.${part({ sub: 'x', email: 'ada@example.com' })}.AAAA`
  return { 'x-amzn-oidc-data': token, 'x-amzn-oidc-accesstoken': token, 'x-amzn-oidc-identity': 'x' }
}

/**
 * Runs every expectation against one app behind one load balancer.
 *
 * @returns {Promise<{ app: string, user: string, path: string, expected: string, got: string, ok: boolean }[]>}
 */
export async function checkApp(name, { base, appUrl }) {
  const browsers = new Map([['nobody', new Browser()]])
  const rows = []
  const isGateway = APPS.some((app) => app.name === name && app.isGateway)
  const expectations = [...(isGateway ? GATEWAY_EXPECTATIONS : EXPECTATIONS), ...(MORE_EXPECTATIONS[name] ?? [])]
  for (const { user, path, direct, forged, form, expected, body, location } of expectations) {
    if (!browsers.has(user)) browsers.set(user, await signIn(base, user))
    const url = direct === undefined ? base + path : appUrl + direct
    const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
    const response = await browsers.get(user).fetch(url, forged ? { headers: forgedHeaders() } : init)
    const text = await response.text()
    const ok =
      response.status === expected &&
      (body === undefined || body.test(text)) &&
      (location === undefined || location.test(response.headers.get('location') ?? ''))
    rows.push({ app: name, user, path, expected: String(expected), got: String(response.status), ok })
  }
  return rows
}
