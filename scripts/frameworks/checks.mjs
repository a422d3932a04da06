/** What people and strangers get of an app that stands behind the local load balancer. */
import { request } from 'node:http'
import { Browser, forgedHeaders, signIn } from '../demo-check.mjs'

const SECRET = /@example\.com|"email"|Hello, |"hello":"Dev/

/** Sends a path to the letter: `fetch` would tidy it up. */
function sendRaw(origin, path, headers = {}, method = 'GET') {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, method, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.setTimeout(10_000, () => sent.destroy(new Error('no answer in 10 s')))
    sent.end()
  })
}

/** @throws {Error} that names what was answered otherwise. */
function assertAnswer(who, path, { status, body }, expected, pattern = /^/) {
  if (status === expected && pattern.test(body)) return
  throw new Error(`${who} gets ${status} at ${path}, not ${expected} with ${pattern}: ${body.slice(0, 400)}`)
}

async function ask(browser, url, init) {
  const response = await browser.fetch(url, init)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** A path that is not in its normal form opens nothing; and `/health` is the only one that is open. */
const DETOURS = ['//health', '/health/../', '/%68ealth', '/health%2f..%2f', '/health/x', '/HEALTH', '/x/../health/../']

/** Each check by what it shows. */
export const CHECKS = {
  'a user whom the rules allow': async ({ alb, page }) => {
    assertAnswer(
      'dev',
      page,
      await ask(await signIn(alb.url, 'dev@example.com'), alb.url + page),
      200,
      /Hello, |"hello"/,
    )
  },
  'a person whom the rules deny': async ({ alb, page, data }) => {
    const guest = await signIn(alb.url, 'guest@example.com')
    for (const path of [page, ...data]) {
      assertAnswer('guest', path, await ask(guest, alb.url + path), 403, /"code":"access_denied"/)
    }
    const navigation = { headers: { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' } }
    assertAnswer(
      'guest',
      page,
      await ask(guest, alb.url + page, navigation),
      403,
      /guest@example\.com[^]*href="\/sign-out"/,
    )
  },
  'no session': async ({ alb, page, data }) => {
    assertAnswer('nobody', page, await ask(new Browser(), alb.url + page), 302)
    for (const path of [page, ...data]) {
      assertAnswer('a stranger', path, await sendRaw(alb.appUrl, path), 401, /"code":"missing_token"/)
    }
    for (const path of DETOURS) {
      const { status, body } = await sendRaw(alb.appUrl, path)
      if (status < 300 || SECRET.test(body))
        throw new Error(`a stranger gets ${status} at ${path}: ${body.slice(0, 400)}`)
    }
  },
  'an action, without a session': async ({ alb, actions }) => {
    // SvelteKit takes itself for https. A framework refuses the other origin by itself, with 403.
    for (const origin of [alb.appUrl, alb.appUrl.replace('http:', 'https:')]) {
      const form = { origin, 'content-type': 'application/x-www-form-urlencoded' }
      for (const path of actions) {
        const { status, body } = await sendRaw(alb.appUrl, path, form, 'POST')
        if (status !== 401 && status !== 403)
          throw new Error(`a stranger gets ${status} at ${path}: ${body.slice(0, 400)}`)
      }
    }
  },
  'forged headers': async ({ alb, page, data }) => {
    for (const path of [page, ...data]) {
      assertAnswer('a forger', path, await sendRaw(alb.appUrl, path, forgedHeaders()), 401, /"code":"invalid_token"/)
    }
  },
  'the health check': async ({ alb }) => {
    const { status, body } = await sendRaw(alb.appUrl, '/health')
    assertAnswer('the load balancer', '/health', { status, body }, 200)
    if (SECRET.test(body)) throw new Error(`somebody is named at /health: ${body}`)
    // A router that searches the URL may find another path behind a short host: it would be open.
    const short = await sendRaw(alb.appUrl, '/health?x=/nowhere', { host: 'a' })
    if (short.status === 404) throw new Error('a stranger gets /nowhere at /health?x=/nowhere')
  },
  'signing out, of somebody who is denied': async ({ alb, page }) => {
    const guest = await signIn(alb.url, 'guest@example.com')
    const answer = await ask(guest, `${alb.url}/sign-out`)
    assertAnswer('guest', '/sign-out', answer, 200, /"location":"[^"]+\/logout\?/)
    const expired = answer.headers.getSetCookie().filter((line) => line.startsWith('AWSELBAuthSessionCookie-'))
    if (expired.length !== 4) throw new Error(`${expired.length} cookies expire, not 4`)
    assertAnswer('guest', page, await ask(guest, alb.url + page), 302)
  },
}
