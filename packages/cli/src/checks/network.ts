/**
 * What AWS answers: whether public keys can be fetched, and what time it is there.
 *
 * @module
 */

import type { KeyEndpoints } from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'

const TIMEOUT_MS = 5_000
/** What tokens are allowed (`clockToleranceSeconds`); the "Date" header is up to a second old. */
const TOLERANCE_SECONDS = 6
/** No load balancer signs with it: the answer is 403 or 404, and shows that the endpoint is there. */
const NO_KEY = '00000000-0000-4000-8000-000000000000'

interface Probe {
  readonly url: string
  readonly status: number
  readonly text: string
  /** How far this machine's clock is ahead of the answer's "Date", in seconds; negative when behind. */
  readonly aheadSeconds: number | undefined
}

/** "Date" says when the answer was made, "Age" how long a cache kept it since (RFC 9110 section 6.6.1, RFC 9111 section 5.1). */
function aheadOf(headers: Headers, now: number): number | undefined {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : (now - date) / 1000 - Number(headers.get('age') ?? 0)
}

async function probe(url: string): Promise<Probe | Error> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const now = Date.now()
    return {
      url,
      status: response.status,
      text: await response.text(),
      aheadSeconds: aheadOf(response.headers, now),
    }
  } catch (error) {
    return error instanceof Error ? error : new Error('unknown failure')
  }
}

/** `fetch failed` says nothing; its cause does (`ECONNREFUSED`, `ENOTFOUND`). */
function codeOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

/** Node's fetch does not heed the variable by itself, and without it a network with a proxy often resolves no names. */
function proxyHint(): string {
  const { env } = process
  if (!(env['HTTPS_PROXY'] ?? env['https_proxy']) || env['NODE_USE_ENV_PROXY'] === '1') return ''
  return '. HTTPS_PROXY is set, which Node heeds only with NODE_USE_ENV_PROXY=1 (Node 22.21, 24 and newer); with an older one give CognitoAuth a fetch that goes through the proxy'
}

/** What to do where nothing usable answers. */
function remedy(url: string, code: string): string {
  const { protocol, host, hostname } = new URL(url)
  if (protocol === 'http:') return `Start the local load balancer, or correct COGNITO_AUTH_LOCAL_ALB (${host})`
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `Something answers in place of ${host} (a TLS proxy?): let the app through to it, or trust that proxy with NODE_EXTRA_CA_CERTS`
  }
  const more = proxyHint()
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `No name server here knows ${hostname}: check the region that it comes from, and the DNS of this network${more}`
  }
  return `Let the app reach that host over https (NAT gateway, security group, proxy): without keys it answers 503${more}`
}

function unreachable(url: string, error: Error): Finding {
  const code = codeOf(error)
  const reason = error.name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} s` : code || error.message
  return finding('keys', 'problem', `${url}: ${reason}`, remedy(url, code))
}

function isJwks(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown }
    return Array.isArray(keys) && keys.length > 0
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** AWS answers so for a key that is not there; S3, which serves the keys, with 403. */
const NOT_THERE = [400, 403, 404]

function albKeysFinding(base: string, answer: Probe | Error): Finding {
  if (answer instanceof Error) return unreachable(base, answer)
  if (NOT_THERE.includes(answer.status)) return finding('keys', 'ok', `${base} answers`)
  if (answer.status !== 200) {
    return finding('keys', 'problem', `${base} answers ${answer.status}`, remedy(base, ''))
  }
  return finding(
    'keys',
    'problem',
    `${base} answers 200 for a key that cannot be there`,
    'Something answers in place of AWS (a captive portal, a proxy): let the app through, or correct COGNITO_AUTH_ALB_KEYS_URL',
  )
}

function jwksFinding(url: string, answer: Probe | Error): Finding {
  if (answer instanceof Error) return unreachable(url, answer)
  if (answer.status === 200 && isJwks(answer.text)) return finding('keys', 'ok', `${url} publishes keys`)
  if (answer.status !== 200 && !NOT_THERE.includes(answer.status)) {
    return finding('keys', 'problem', `${url} answers ${answer.status}`, remedy(url, ''))
  }
  return finding(
    'keys',
    'problem',
    `${url} publishes no keys (status ${answer.status})`,
    'Check COGNITO_AUTH_USER_POOL_ID or COGNITO_AUTH_ISSUER: there is no such user pool',
  )
}

function clockFinding(answers: readonly (Probe | Error)[]): Finding {
  const ahead = answers
    .map((answer) => (answer instanceof Error ? undefined : answer.aheadSeconds))
    .find((seconds) => seconds !== undefined)
  if (ahead === undefined) return finding('clock', 'skipped', 'Nothing answered that tells the time')
  const difference = `${Math.abs(Math.round(ahead))} s ${ahead < 0 ? 'behind' : 'ahead'}`
  if (Math.abs(ahead) <= TOLERANCE_SECONDS) return finding('clock', 'ok', 'The clock is right')
  return finding(
    'clock',
    'problem',
    `The clock of this machine is ${difference}: ${ahead < 0 ? 'fresh tokens count as not yet valid, expired ones pass' : 'tokens expire too early'}`,
    'Synchronise it (NTP, chrony)',
  )
}

/** Asks each key endpoint, all at once, and compares the time. */
export async function checkNetwork(endpoints: KeyEndpoints): Promise<Finding[]> {
  const albKeys = await Promise.all(
    endpoints.albKeys.map(async (base) => [base, await probe(`${base}/${NO_KEY}`)] as const),
  )
  const jwks = await Promise.all(endpoints.jwks.map(async (url) => [url, await probe(url)] as const))
  const findings = [
    ...albKeys.map(([base, answer]) => albKeysFinding(base, answer)),
    ...jwks.map(([url, answer]) => jwksFinding(url, answer)),
  ]
  if (albKeys.length === 0)
    findings.push(finding('keys', 'skipped', 'No load balancer is set, which dev mode and bearer tokens allow'))
  if (jwks.length === 0) {
    findings.push(
      finding(
        'keys',
        'skipped',
        'No JWKS is known: no user pool is pinned (COGNITO_AUTH_USER_POOL_ID), or groups come from COGNITO_AUTH_GROUPS_CLAIM',
      ),
    )
  }
  return [...findings, clockFinding([...albKeys, ...jwks].map(([, answer]) => answer))]
}
