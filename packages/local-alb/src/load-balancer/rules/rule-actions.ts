/**
 * Actions of a listener rule that answer by themselves: redirect, and fixed response.
 *
 * @module
 */

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Origins } from '../../net/own-host.js'
import type { FixedResponse, RuleRedirect } from '../../options/rules.js'
import type { Refusal } from '../refusals/refusal.js'

const titleOf = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim()

/**
 * The answer of a redirect action.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions Redirect actions}
 */
export function redirectTo(
  { url, status = 302 }: RuleRedirect,
  req: IncomingMessage,
  origins: Origins,
): Refusal & { readonly headers: { readonly location: string } } {
  const app = new URL(origins.app)
  const [path = '/', query = ''] = (req.url ?? '/').split(/\?(.*)/s)
  const parts: Readonly<Record<string, string>> = {
    protocol: app.protocol.replace(':', '').toUpperCase(),
    host: (req.headers.host ?? app.host).replace(/:\d+$/, ''),
    port: app.port || (app.protocol === 'https:' ? '443' : '80'),
    path: path.slice(1),
    query,
  }
  const location = url
    .replaceAll(/#\{(protocol|host|port|path|query)\}/g, (_all, name: string) => parts[name] ?? '')
    .replace(/^HTTPS?(?=:)/, (scheme) => scheme.toLowerCase())
    .replace(/\?$/, '')
  return { status, title: titleOf(status), headers: { location }, why: 'redirect action of a rule' }
}

/** The answer of a fixed-response action. */
export function fixedResponse({ status, contentType = 'text/plain', body = '' }: FixedResponse): Refusal {
  const refusal = { status, title: titleOf(status), why: 'fixed-response action of a rule', body }
  return { ...refusal, headers: body === '' ? {} : { 'content-type': `${contentType}; charset=utf-8` } }
}
