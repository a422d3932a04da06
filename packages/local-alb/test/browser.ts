/**
 * As much of a browser as signing in needs: cookies, and one redirect at a time.
 *
 * @module
 */

/** Sends requests with the cookies it was given; follows no redirect by itself. */
export class Browser {
  readonly #cookies = new Map<string, string>()

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Has the cookies of an earlier moment again. */
  restore(cookie: string): void {
    for (const pair of cookie.split('; '))
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }

  cookieOf(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookie !== '') headers.set('cookie', this.cookie)
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  /** Where a redirect leads. */
  async follow(url: string, init?: RequestInit): Promise<string> {
    const response = await this.send(url, init)
    const location = response.headers.get('location')
    if (location === null) throw new Error(`no redirect but ${response.status} from ${url}: ${await response.text()}`)
    return location
  }

  /** Opens a page that needs a sign-in, picks the user with that number, and gives where that ends. */
  async signIn(url: string, user = 0): Promise<string> {
    const authorize = await this.follow(url)
    const page = await (await this.send(authorize)).text()
    const fields = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: `${user}` })
    const callback = await this.follow(authorize, { method: 'POST', body: fields })
    return await this.follow(callback)
  }
}

/** Value of a hidden field. */
export function fieldOf(page: string, name: string): string {
  const value = new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)?.[1]
  if (value === undefined) throw new Error(`no field ${name}`)
  return value
}
