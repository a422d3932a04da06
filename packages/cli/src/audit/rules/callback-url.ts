/**
 * Callback URLs that are not the load balancer's own.
 *
 * @module
 */

import { checkClients } from '../clients.js'
import type { Rule } from '../rule.js'
import { entriesOf, PartialText, type Value } from '../value.js'

const SCHEME = 'https://'
const HOST = String.raw`[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?`
const PATH = '/oauth2/idpresponse'
const CALLBACK = new RegExp(`^${SCHEME}${HOST}${PATH}$`)

/** Whether a callback URL can begin so. */
function isStart(start: string): boolean {
  if (SCHEME.startsWith(start) || /^https:\/\/[a-z0-9.-]*(?::\d*)?$/.test(start)) return true
  const path = /^https:\/\/[a-z0-9.-]+(?::\d+)?(?<path>\/.*)$/.exec(start)?.groups?.['path']
  return path !== undefined && PATH.startsWith(path)
}

/** Whether a callback URL can end so. */
function isEnd(end: string): boolean {
  if (PATH.endsWith(end)) return true
  if (!end.endsWith(PATH)) return false
  const before = end.slice(0, -PATH.length)
  // Any end of the scheme, or none, and then any end of a host.
  return Array.from({ length: SCHEME.length + 1 }, (_, index) => SCHEME.slice(index)).some(
    (scheme) => before.startsWith(scheme) && /^[a-z0-9.-]*(?::\d*)?$/.test(before.slice(scheme.length)),
  )
}

/** `undefined`: what is unknown in it decides. */
function isCallback(url: Value): boolean | undefined {
  if (typeof url === 'string') return CALLBACK.test(url)
  if (!(url instanceof PartialText)) return undefined
  const [first, last] = [url.parts[0], url.parts.at(-1)]
  const isPossible =
    url.parts.every((part) => typeof part !== 'string' || !/[A-Z\s?#]/.test(part)) &&
    (typeof first !== 'string' || isStart(first)) &&
    (typeof last !== 'string' || isEnd(last))
  return isPossible ? undefined : false
}

export const callbackUrl: Rule = {
  name: 'callback-url',
  summary: 'A callback URL is not that of the load balancer',
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#cognito-requirements',
  fix: {
    cloudformation:
      'CDK: oAuth: { callbackUrls: [`https://${host}/oauth2/idpresponse`] }, the host in lower case. CloudFormation: CallbackURLs, nothing else in the list',
    terraform:
      '`callback_urls = ["https://HOST/oauth2/idpresponse"]`, the host in lower case, nothing else in the list',
  },
  check: checkClients(({ client }) => {
    const urls = entriesOf(client.callbackUrls)
    if (urls === undefined) return 'unchecked'
    const answers = urls.map(isCallback)
    if (answers.includes(false)) {
      return 'A callback URL of this client is not https://HOST/oauth2/idpresponse with the host in lower case: the sign-in fails there, or its code goes to something else than the load balancer'
    }
    return answers.includes(undefined) ? 'unchecked' : undefined
  }),
}
