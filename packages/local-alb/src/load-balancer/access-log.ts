/**
 * Lines of the access log, in AWS's format. What this load balancer does not measure, such as bytes under TLS, is `-`.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax Access log entries}
 * @module
 */

import type { Origins } from '../net/own-host.js'
import type { Client, RequestRecord, Transferred } from '../sessions/request-log.js'
import { ALB_ARN } from '../tokens/token-issuer.js'

/** As AWS does it: bytes that are not printable, and quotes, are escaped. */
function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll(/[^\x20-\x7E]/g, (char) => {
    return String.raw`\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`
  })
  return `"${escaped}"`
}

/** What the load balancer did, as AWS lists it. */
function actionsOf({ answeredBy, actions }: RequestRecord): string {
  return [...actions, ...(answeredBy === 'app' && !actions.includes('forward') ? ['forward'] : [])].join(',')
}

const TARGET_GROUP_ARN = ALB_ARN.replace(/:loadbalancer\/.*/, ':targetgroup/local-alb/0123456789abcdef')
const CERTIFICATE_ARN = ALB_ARN.replace('elasticloadbalancing', 'acm').replace(
  /:loadbalancer\/.*/,
  ':certificate/00000000-0000-4000-8000-000000000000',
)

function typeOf({ isUpgrade, httpVersion }: Client, isSecure: boolean): string {
  if (isUpgrade) return isSecure ? 'wss' : 'ws'
  if (httpVersion === '2.0') return 'h2'
  return isSecure ? 'https' : 'http'
}

/** Times have microseconds, of which there are none here. */
const timeOf = (date: Date): string => date.toISOString().replace('Z', '000Z')

/** The request line with a whole URL, whose port is always there. */
function requestOf({ method, path, client }: RequestRecord, origins: Origins): string {
  const app = new URL(origins.app)
  const { host = app.host, httpVersion } = client
  const port = /:\d+$/.test(host) ? '' : `:${app.port || (app.protocol === 'https:' ? 443 : 80)}`
  return `${method} ${app.protocol}//${host}${port}${path} HTTP/${httpVersion}`
}

/** What a line says besides of the load balancer. */
export interface Listener {
  readonly origins: Origins
  /** A function has no address. */
  readonly isLambda: boolean
}

/** The line of a request that is over. */
export function accessLine(
  record: RequestRecord,
  transferred: Transferred | undefined,
  { origins, isLambda }: Listener,
): string {
  const { at, status, answeredBy, milliseconds = 0, errorReason, redirectUrl, target, client } = record
  const isSecure = origins.app.startsWith('https:')
  const isApp = answeredBy === 'app'
  const targetHost = isApp && target !== '' && !isLambda ? new URL(target).host : '-'
  const seconds = (milliseconds / 1000).toFixed(3)
  const actions = actionsOf(record)
  return [
    typeOf(client, isSecure),
    timeOf(new Date(at.getTime() + milliseconds)),
    ALB_ARN.split(':loadbalancer/')[1],
    `${client.address}:${client.port}`,
    targetHost,
    isApp ? '0.000' : '-1',
    isApp ? seconds : '-1',
    isApp ? '0.000' : '-1',
    typeof status === 'number' ? status : 460,
    isApp ? status : '-',
    transferred?.received ?? '-',
    transferred?.sent ?? '-',
    quoted(requestOf(record, origins)),
    quoted(client.userAgent ?? '-'),
    client.tls?.cipher ?? '-',
    client.tls?.version ?? '-',
    target === '' ? '-' : TARGET_GROUP_ARN,
    quoted(client.traceId ?? '-'),
    quoted(client.tls?.serverName ?? '-'),
    quoted(client.tls === undefined ? '-' : CERTIFICATE_ARN),
    record.rule,
    timeOf(at),
    quoted(actions === '' ? '-' : actions),
    quoted(redirectUrl ?? '-'),
    quoted(errorReason ?? '-'),
    quoted(targetHost),
    quoted(isApp ? String(status) : '-'),
    // Desync mitigation and transforms, which there are not here.
    quoted('-'),
    quoted('-'),
    client.connection ?? '-',
    quoted('-'),
    quoted('-'),
    quoted('-'),
  ].join(' ')
}
