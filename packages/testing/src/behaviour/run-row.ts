/**
 * Runs a row of the table against an app that listens.
 *
 * @module
 */

import { STATUS_CODES } from 'node:http'
import type { TestAlb } from '../test-alb.js'
import type { BehaviourRow, Expected } from './row.js'
import { type RawResponse, sendRaw } from './send.js'

function parsed(body: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : undefined
  } catch {
    return undefined
  }
}

function checkHeaders(response: RawResponse, expected: NonNullable<Expected['headers']>): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const got = response.headers[name]
    const isRight =
      wanted === null
        ? got === undefined
        : typeof wanted === 'string'
          ? got === wanted
          : typeof got === 'string' && wanted.test(got)
    return isRight ? [] : [`${name}: expected ${String(wanted ?? 'none')}, got ${String(got ?? 'none')}`]
  })
}

function checkProblem(response: RawResponse, code: string): string[] {
  const type = String(response.headers['content-type'] ?? 'none')
  const differences: string[] = []
  if (!/^application\/problem\+json(?:;|$)/.test(type)) differences.push(`content-type: ${type}`)
  if (response.headers['cache-control'] !== 'no-store') differences.push('cache-control is not no-store')
  const body = parsed(response.body)
  if (body?.['code'] !== code) differences.push(`code: expected ${code}, got ${String(body?.['code'])}`)
  if (body?.['status'] !== response.status) differences.push('status of the document is not that of the response')
  // With `about:blank`, the title is the status phrase (RFC 9457 section 4.2.1).
  if (body?.['type'] !== 'about:blank') differences.push(`type: ${String(body?.['type'])}`)
  if (body?.['title'] !== STATUS_CODES[response.status]) differences.push(`title: ${String(body?.['title'])}`)
  const members = Object.keys(body ?? {})
    .sort()
    .join(',')
  // Nothing else: a problem document goes to clients that are not trusted.
  if (members !== 'code,status,title,type') differences.push(`members: ${members}`)
  return differences
}

/** Compares a response with what is expected of it; an empty list is agreement. */
export function differencesOf(response: RawResponse, expected: Expected): string[] {
  const statuses = [expected.status].flat()
  const differences = statuses.includes(response.status)
    ? []
    : [`status: expected ${statuses.join(' or ')}, got ${response.status}`]
  if (expected.code !== undefined) differences.push(...checkProblem(response, expected.code))
  if (expected.json !== undefined) {
    const body = parsed(response.body)
    for (const [name, wanted] of Object.entries(expected.json)) {
      const got = JSON.stringify(body?.[name])
      if (got !== JSON.stringify(wanted)) differences.push(`${name}: expected ${JSON.stringify(wanted)}, got ${got}`)
    }
  }
  differences.push(...checkHeaders(response, expected.headers ?? {}))
  const cookies = [response.headers['set-cookie'] ?? []].flat()
  for (const cookie of expected.cookies ?? []) {
    if (!cookies.includes(cookie)) differences.push(`set-cookie: ${cookie} is not among ${cookies.join(' | ')}`)
  }
  if (expected.cookies?.length === 0 && cookies.some((cookie) => cookie.startsWith('AWSELBAuthSessionCookie-'))) {
    differences.push('the session was ended')
  }
  if (expected.body?.test(response.body) === false) differences.push(`body: expected ${String(expected.body)}`)
  return differences
}

/** Sends a row's request to the app at `origin`, which trusts `alb`, and lists what is not as expected. */
export async function runRow(
  row: BehaviourRow,
  app: { readonly origin: string; readonly alb: TestAlb },
): Promise<string[]> {
  return differencesOf(await sendRaw(app.origin, await row.request(app.alb)), row.expected)
}
