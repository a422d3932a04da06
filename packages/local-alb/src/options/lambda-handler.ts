/**
 * A Lambda function as a load balancer calls it.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html Lambda functions as targets}
 * @module
 */

/** What a load balancer sends; `headers` and `queryStringParameters`, or both in their multi-value form. */
export interface LambdaEvent {
  readonly requestContext: { readonly elb: { readonly targetGroupArn: string } }
  readonly httpMethod: string
  readonly path: string
  readonly queryStringParameters?: Readonly<Record<string, string>>
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>
  readonly headers?: Readonly<Record<string, string>>
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** What a handler may ask about its call. */
export interface LambdaContext {
  readonly awsRequestId: string
  /** Milliseconds until the load balancer gives up. */
  getRemainingTimeInMillis(): number
}

/** The handler of a Lambda function, as far as a load balancer calls it: it returns the answer, or a promise of it. */
export type LambdaHandler = (event: LambdaEvent, context: LambdaContext) => unknown
