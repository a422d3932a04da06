/**
 * The load balancers' public keys: where AWS publishes them, and a P-256 key out of each.
 *
 * @module
 */

import { KeyObject } from 'node:crypto'
// From where it is defined: all of jose takes twice as long to load as the parts that are used.
import { importSPKI } from 'jose/key/import'
import { KeysUnavailableError } from '../errors.js'
import { fetchText } from './fetch-text.js'
import { KeyCache } from './key-cache.js'

/** A region has a handful of keys at a time; one app may accept load balancers of several regions. */
const MAX_KEYS = 100

/**
 * Where a region's keys are; `undefined` for partitions whose endpoint AWS does not document.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding Verifying user claims}
 */
export function albKeysBase(partition: string, region: string): string | undefined {
  if (partition === 'aws') return `https://public-keys.auth.elb.${region}.amazonaws.com`
  if (partition === 'aws-us-gov') return `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}`
  return undefined
}

async function loadKey(url: string, fetch: typeof globalThis.fetch, previous?: KeyObject): Promise<KeyObject> {
  const pem = await fetchText(url, fetch)
  let key: KeyObject
  try {
    key = KeyObject.from(await importSPKI(pem.trim(), 'ES256'))
  } catch (cause) {
    throw new KeysUnavailableError('Unusable public key of the load balancer: must be a P-256 key in PEM', { cause })
  }
  // The same object for the same key: tokens verified with it stay verified over a refresh.
  return previous?.equals(key) === true ? previous : key
}

/** Public keys of load balancers, by URL. Key ids come from strangers' tokens, so fetches for new ones are budgeted. */
export function createAlbKeys(options: {
  readonly ttlSeconds: number
  readonly fetch: typeof globalThis.fetch
}): KeyCache<KeyObject> {
  return new KeyCache({
    source: 'alb',
    ttlSeconds: options.ttlSeconds,
    limit: MAX_KEYS,
    budgeted: true,
    load: (url, previous) => loadKey(url, options.fetch, previous),
  })
}
