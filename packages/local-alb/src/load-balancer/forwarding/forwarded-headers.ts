/**
 * Headers on their way: those of a connection stay here, and those of a load balancer are added for the app.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { connectionNames, linesByName, safeReasonPhrase } from '@cognito-auth/http-kit/headers'
import { isPublicHost, type Origins } from '../../net/own-host.js'
import { parseReason } from '../refusals/refusal-reason.js'
import { withoutSecure } from '../../sessions/cookies.js'

/**
 * Removes headers of the connection.
 *
 * A client that says `Connection: x-amzn-oidc-data` must not get the header dropped that is added here afterwards, by a
 * proxy further on.
 */
function removeHopByHop({ headers, rawHeaders }: IncomingMessage): void {
  for (const name of connectionNames(rawHeaders)) delete headers[name]
}

/** Header lines that came twice go on as two: Node joins those with a comma whose values may be lists. */
function keepRepeatedLines(message: IncomingMessage): void {
  const { headers, rawHeaders } = message
  for (const [name, values] of linesByName(rawHeaders))
    if (values.length > 1 && headers[name] === values.join(', ')) headers[name] = values
}

/** Makes the headers of a request those that a load balancer sends on. @param isUpgrade whether it asks for a WebSocket. */
export function prepareHeaders(req: IncomingMessage, origins: Origins, isUpgrade: boolean): void {
  const { headers, socket } = req
  removeHopByHop(req)
  keepRepeatedLines(req)
  if (isUpgrade) Object.assign(headers, { connection: 'Upgrade', upgrade: 'websocket' })
  // Node has said "100 Continue" itself already.
  delete headers.expect
  const client = socket.remoteAddress ?? ''
  headers['x-forwarded-for'] = [headers['x-forwarded-for'] ?? [], client].flat().join(', ')
  const { protocol, port } = listenerOf(req, origins)
  headers['x-forwarded-proto'] = protocol
  headers['x-forwarded-port'] = port
  headers['x-amzn-trace-id'] = traceId([headers['x-amzn-trace-id'] ?? []].flat().at(-1))
}

/** Scheme and port that the client used: what is in front of a public URL has ended TLS for us. */
function listenerOf({ headers, socket }: IncomingMessage, origins: Origins): { protocol: string; port: string } {
  if (origins.public !== undefined && isPublicHost(headers.host, origins)) {
    const { protocol, port } = new URL(origins.public)
    return { protocol: protocol.replace(':', ''), port: port || (protocol === 'https:' ? '443' : '80') }
  }
  return { protocol: new URL(origins.app).protocol.replace(':', ''), port: String(socket.localPort ?? '') }
}

/**
 * The trace id that the app gets: one that the client sent keeps its `Root`, and gets `Self` in front.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html Request tracing}
 */
function traceId(sent: string | undefined): string {
  const own = `1-${Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`
  const fields = (sent ?? '').split(';').filter((field) => field.trim() !== '' && !/^\s*self=/i.test(field))
  if (fields.length === 0) return `Root=${own}`
  const hasRoot = fields.some((field) => /^\s*root=/i.test(field))
  return [`${hasRoot ? 'Self' : 'Root'}=${own}`, ...fields].join(';')
}

/** Names that a load balancer writes in its own way, whatever the client sent. */
const OWN_CASE = [
  'Host',
  'Upgrade',
  'Connection',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Port',
  'X-Amzn-Trace-Id',
].map((name) => [name.toLowerCase(), name] as const)

/**
 * Writes the names of headers as a load balancer does: some in its own way, `x-amzn-oidc-*` in lower case, all others as the
 * client sent them. Apps must not care, and some do: those that read the names as they come.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#http-header-limits Request headers}
 */
export function writeNames(proxied: ClientRequest, { rawHeaders, httpVersionMajor }: IncomingMessage): void {
  const sent = httpVersionMajor > 1 ? [] : rawHeaders.filter((_, index) => index % 2 === 0)
  const names = new Map([...sent.map((name) => [name.toLowerCase(), name] as const), ...OWN_CASE])
  for (const lowerCase of proxied.getHeaderNames()) {
    const name = lowerCase.startsWith('x-amzn-oidc-') ? lowerCase : names.get(lowerCase)
    const value = proxied.getHeader(lowerCase)
    if (name !== undefined && value !== undefined) proxied.setHeader(name, value)
  }
}

/** Says why an app refused a request. It is for the local load balancer, and no client ever sees it. */
const REASON_HEADER = 'x-cognito-auth-reason'

/** Takes the reason off an app's answer. */
export function takeReason({ headers }: IncomingMessage): string | undefined {
  const reason = parseReason(headers[REASON_HEADER])
  delete headers[REASON_HEADER]
  return reason
}

/** Makes the headers of an app's answer those that a load balancer sends on. @param origin where people open the app */
export function prepareAnswer(answer: IncomingMessage, res: ServerResponse, origin: string): void {
  const { headers } = answer
  // `Trailer` above all: with it and without chunks, as for HTTP/1.0, Node throws outside of any `try`.
  removeHopByHop(answer)
  keepRepeatedLines(answer)
  // The same of a reason phrase with control characters.
  answer.statusMessage = safeReasonPhrase(answer.statusMessage)
  headers.connection = res.shouldKeepAlive ? 'keep-alive' : 'close'
  const cookies = headers['set-cookie']
  if (cookies !== undefined) headers['set-cookie'] = cookies.map((cookie) => withoutSecure(origin, cookie))
}
