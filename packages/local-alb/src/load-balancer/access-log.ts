/**
 * Lines of the access log, in AWS's format. What this load balancer does not measure, such as bytes, is `-`.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax Access log entries}
 * @module
 */

import type { Origins } from '../net/own-host.js'
import type { RequestRecord } from '../sessions/request-log.js'
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

/** The line of a request that was answered. */
export function accessLine(record: RequestRecord, origins: Origins): string {
  const { at, method, path, status, answeredBy, milliseconds = 0, errorReason, target, client } = record
  const { protocol, host } = new URL(origins.app)
  const isApp = answeredBy === 'app'
  const targetHost = isApp && target !== '' ? new URL(target).host : '-'
  const seconds = (milliseconds / 1000).toFixed(3)
  const actions = actionsOf(record)
  return [
    client.isUpgrade
      ? protocol === 'https:'
        ? 'wss'
        : 'ws'
      : client.httpVersion === '2.0'
        ? 'h2'
        : protocol.slice(0, -1),
    new Date(at.getTime() + milliseconds).toISOString(),
    ALB_ARN.split(':loadbalancer/')[1],
    `${client.address}:${client.port}`,
    targetHost,
    isApp ? '0.000' : '-1',
    isApp ? seconds : '-1',
    isApp ? '0.000' : '-1',
    typeof status === 'number' ? status : 460,
    isApp ? status : '-',
    '-',
    '-',
    quoted(`${method} ${protocol}//${client.host ?? host}${path} HTTP/${client.httpVersion}`),
    quoted(client.userAgent ?? '-'),
    '-',
    '-',
    '-',
    quoted(client.traceId ?? '-'),
    quoted(client.host?.replace(/:\d+$/, '') ?? '-'),
    quoted('-'),
    record.rule,
    at.toISOString(),
    quoted(actions === '' ? '-' : actions),
    quoted('-'),
    quoted(errorReason ?? '-'),
    quoted(targetHost),
    quoted(isApp ? String(status) : '-'),
    quoted('-'),
    quoted('-'),
    '-',
  ].join(' ')
}
