/**
 * What a load balancer calls a function with.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html Lambda functions as targets}
 * @module
 */

import { ConfigurationError, type HeadersInput } from '@cognito-auth/core'
import type { AnswerableRequest } from '@cognito-auth/core/adapter'

/** The event, as `ALBEvent` of `@types/aws-lambda` has it: headers in one of two forms, by an attribute of the target group. */
export interface AlbEvent {
  readonly requestContext: { readonly elb: { readonly targetGroupArn: string } }
  readonly httpMethod: string
  /** As sent: not decoded, without query. */
  readonly path: string
  readonly queryStringParameters?: { readonly [name: string]: string | undefined } | undefined
  readonly multiValueQueryStringParameters?: { readonly [name: string]: readonly string[] | undefined } | undefined
  /** Single-header mode: the last of several values. */
  readonly headers?: { readonly [name: string]: string | undefined } | undefined
  /** Multi-value mode (`lambda.multi_value_headers.enabled`). */
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | undefined
  readonly body: string | null
  readonly isBase64Encoded: boolean
}

/** Whether the target group has multi-value headers on. */
export function isMultiValue(event: AlbEvent): boolean {
  return typeof event.multiValueHeaders === 'object' && event.multiValueHeaders !== null
}

/** The headers in the form that the event has. */
export function headersOf(event: AlbEvent): HeadersInput {
  return (isMultiValue(event) ? event.multiValueHeaders : event.headers) ?? {}
}

/**
 * Refuses what no load balancer sent: a scheduled event, or an API Gateway of version 2.
 *
 * @throws {ConfigurationError} when the event has no `httpMethod` or no `path`.
 */
export function checkEvent(given: unknown): asserts given is AlbEvent {
  const event = given as Partial<AlbEvent> | null | undefined
  if (typeof event?.httpMethod === 'string' && typeof event.path === 'string') return
  throw new ConfigurationError(
    'This is not the event of a load balancer: withUser() needs the function to be the target of an Application Load Balancer',
  )
}

/** All values of a header, in any letter case. */
function valuesOf(event: AlbEvent, name: string): string[] {
  return Object.entries(headersOf(event)).flatMap(([key, value]: [string, unknown]) =>
    key.toLowerCase() === name ? [value].flat().filter((one): one is string => typeof one === 'string') : [],
  )
}

/** The query as it was sent: a load balancer does not decode it. */
function queryOf({ queryStringParameters, multiValueQueryStringParameters }: AlbEvent): string {
  const pairs = Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {}).flatMap(
    ([name, values]) => [values ?? []].flat().map((value) => `${name}=${value}`),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** The event as core looks at a request. */
export function answerable(event: AlbEvent): AnswerableRequest {
  return {
    method: event.httpMethod,
    url: event.path + queryOf(event),
    header: (name) => valuesOf(event, name).at(-1),
  }
}
