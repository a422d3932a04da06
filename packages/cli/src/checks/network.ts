/**
 * What AWS answers: whether public keys can be had, and what time it is there.
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

async function probe(url: string): Promise<Probe | Error> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const now = Date.now()
    const date = Date.parse(response.headers.get('date') ?? '')
    return {
      url,
      status: response.status,
      text: await response.text(),
      aheadSeconds: Number.isNaN(date) ? undefined : (now - date) / 1000,
    }
  } catch (error) {
    return error instanceof Error ? error : new Error('unknown failure')
  }
}

/** `fetch failed` says nothing; its cause does (`ECONNREFUSED`, `ENOTFOUND`). */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer in ${TIMEOUT_MS / 1000} s`
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}

function isJwks(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown }
    return Array.isArray(keys) && keys.length > 0
  } catch {
    return false
  }
}

const REACH = 'Let the app reach that host over https (NAT gateway, security group, proxy): without keys it answers 503'

function albKeysFinding(base: string, answer: Probe | Error): Finding {
  if (answer instanceof Error) return finding('keys', 'problem', `${base}: ${reasonOf(answer)}`, REACH)
  // 403: S3, which serves the keys, for what is not there.
  if ([200, 400, 403, 404].includes(answer.status)) return finding('keys', 'ok', `${base} answers`)
  return finding('keys', 'problem', `${base} answers ${answer.status}`, REACH)
}

function jwksFinding(url: string, answer: Probe | Error): Finding {
  if (answer instanceof Error) return finding('keys', 'problem', `${url}: ${reasonOf(answer)}`, REACH)
  if (answer.status === 200 && isJwks(answer.text)) return finding('keys', 'ok', `${url} publishes keys`)
  if (answer.status >= 500) return finding('keys', 'problem', `${url} answers ${answer.status}`, REACH)
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
    `The clock of this machine is ${difference}: good tokens are refused, or expired ones accepted`,
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
  if (jwks.length === 0) {
    findings.push(
      finding(
        'keys',
        'skipped',
        'No user pool is pinned: its keys are found by the first token. Set COGNITO_AUTH_USER_POOL_ID to check them',
      ),
    )
  }
  return [...findings, clockFinding([...albKeys, ...jwks].map(([, answer]) => answer))]
}
