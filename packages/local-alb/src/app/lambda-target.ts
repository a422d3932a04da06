/**
 * A Lambda function as target: an HTTP server that turns requests into a load balancer's events, and answers back.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html Lambda functions as targets}
 * @module
 */

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import * as v from 'valibot'
import type { LambdaContext, LambdaEvent, LambdaHandler } from '../options/lambda-handler.js'
import { REGION } from '../tokens/provider.js'
import { isOwnHost, OWN_NAMES } from '../net/own-host.js'

/** How a target group calls its function. */
export interface LambdaTargetOptions {
  /** Whether it has `lambda.multi_value_headers.enabled`. */
  readonly isMultiValue: boolean
  readonly timeoutSeconds: number
}

const TARGET_GROUP_ARN = `arn:aws:elasticloadbalancing:${REGION}:000000000000:targetgroup/local-alb-lambda/0123456789abcdef`
/** Of a request and of an answer. */
const MAX_BODY_BYTES = 1024 * 1024
const MAX_HEADER_BYTES = 64 * 1024
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)(?:;|$))/i

/** The runtimes of Node 24 and later have no callbacks. */
const NO_CALLBACKS = 'Callbacks are not waited for: return the answer, or a promise of it'

const headerValue = v.union([v.string(), v.number(), v.boolean()])
const responseSchema = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
  statusDescription: v.optional(v.string()),
  headers: v.optional(v.record(v.string(), headerValue)),
  multiValueHeaders: v.optional(v.record(v.string(), v.array(headerValue))),
  body: v.optional(v.nullable(v.string())),
  isBase64Encoded: v.optional(v.boolean(), false),
})

/** All values of each name, in order. */
function grouped(pairs: readonly (readonly [name: string, value: string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value])
  return groups
}

function headerPairs({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    pairs.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? ''])
  // The connection is between us and ourselves.
  return pairs.filter(([name]) => name !== 'connection')
}

/** Names and values as they were sent: a load balancer does not decode them. */
function queryPairs(query: string): [string, string][] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      return at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    })
}

/** The event of a request. In single-value mode the last of several values wins. */
export function lambdaEvent(req: IncomingMessage, body: Buffer, isMultiValue: boolean): LambdaEvent {
  const [path = '/', ...rest] = (req.url ?? '/').split('?')
  const headers = grouped(headerPairs(req))
  const query = grouped(queryPairs(rest.join('?')))
  const last = (groups: Map<string, string[]>): Record<string, string> =>
    Object.fromEntries([...groups].map(([name, values]) => [name, values.at(-1) ?? '']))
  const isText = req.headers['content-encoding'] === undefined && TEXT.test(req.headers['content-type'] ?? 'text/plain')
  return {
    requestContext: { elb: { targetGroupArn: TARGET_GROUP_ARN } },
    httpMethod: req.method ?? 'GET',
    path,
    ...(isMultiValue
      ? { multiValueQueryStringParameters: Object.fromEntries(query), multiValueHeaders: Object.fromEntries(headers) }
      : { queryStringParameters: last(query), headers: last(headers) }),
    body: body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  }
}

/** Answers as the function said. @returns `false` when a load balancer could make nothing of it. */
function answer(res: ServerResponse, result: unknown, isMultiValue: boolean): boolean {
  const parsed = v.safeParse(responseSchema, result)
  if (!parsed.success) return false
  const { statusCode, statusDescription, headers = {}, multiValueHeaders = {}, body, isBase64Encoded } = parsed.output
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > MAX_BODY_BYTES) return false
  // The other form is not read at all: an answer in it loses its headers, as on AWS.
  const lists = isMultiValue
    ? multiValueHeaders
    : Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  try {
    for (const [name, values] of Object.entries(lists)) res.appendHeader(name, values.map(String))
    if (statusDescription !== undefined) res.statusMessage = statusDescription.replace(/^\d+ /, '')
    res.writeHead(statusCode)
  } catch {
    // A name or value that no HTTP header can have: the answer is malformed, and 502 says so.
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    res.statusMessage = ''
    return false
  }
  res.end(bytes)
  return true
}

function contextUntil(deadline: number): LambdaContext {
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) }
}

/** What handlers get as third argument: some call it later, outside of any `try`, where it must be a function. */
function refuseCallback(): void {
  console.error(`local-alb: the Lambda function called its callback. ${NO_CALLBACKS}`)
}

function answer502(res: ServerResponse, sentence: string, ...more: readonly unknown[]): void {
  console.error(`local-alb: ${sentence}: 502`, ...more)
  if (res.headersSent) res.destroy()
  else res.writeHead(502, { 'content-type': 'text/plain' }).end(`${sentence}\n`)
}

/** A server that answers with what `handler` returns; it is not listening yet. */
export function createLambdaServer(handler: LambdaHandler, options: LambdaTargetOptions): Server {
  const { isMultiValue, timeoutSeconds } = options
  const call: (event: LambdaEvent, context: LambdaContext, callback: () => void) => unknown = handler

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // It listens on this machine as well: a page of another site must not get past the load balancer.
    if (!isOwnHost(req.headers.host)) return void res.writeHead(400).end(`${OWN_NAMES}\n`)
    if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return void res.writeHead(413).end()
    const context = contextUntil(Date.now() + timeoutSeconds * 1000)
    const body = await buffer(req)
    if (body.length > MAX_BODY_BYTES) return void res.writeHead(413).end()
    const result = await call(lambdaEvent(req, body, isMultiValue), context, refuseCallback)
    if (result === undefined) answer502(res, `the Lambda function returned nothing. ${NO_CALLBACKS}`)
    else if (!answer(res, result, isMultiValue))
      answer502(res, 'the Lambda function returned what a load balancer cannot read')
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) => {
    handle(req, res).catch((error: unknown) => answer502(res, 'the Lambda function failed', error))
  })
  // Lambda targets take no WebSocket.
  server.on('upgrade', (_req, socket) => {
    // Node took its own listener off: without one, a client that resets the connection would end this process.
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
  })
  return server
}
