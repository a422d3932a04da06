/**
 * Which load balancers are ours, and where the public keys of their region are.
 *
 * @module
 */

import { InvalidTokenError } from '../../errors.js'

const ALB_ARN =
  /^arn:(aws[a-z-]*):elasticloadbalancing:([a-z0-9-]+):\d{12}:loadbalancer\/app\/[A-Za-z0-9-]+\/(\*|[A-Za-z0-9]+)$/

/**
 * Partition and region of a load balancer's ARN; `undefined` when it is not one.
 *
 * @param options `anyId`: whether `*` may stand for the id, as it may in configuration and never in a token.
 */
export function parseAlbArn(
  arn: string,
  { anyId = false }: { readonly anyId?: boolean } = {},
): { partition: string; region: string } | undefined {
  const [, partition, region, id] = ALB_ARN.exec(arn) ?? []
  if (partition === undefined || region === undefined || (id === '*' && !anyId)) return undefined
  return { partition, region }
}

/** The ARN with `*` for its id: what tells load balancers of one name, account and region from all others. */
function withAnyId(arn: string): string {
  return `${arn.slice(0, arn.lastIndexOf('/'))}/*`
}

/** The partition that a region is in. */
export function partitionOfRegion(region: string): string {
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('eusc-')) return 'aws-eusc'
  return region.includes('-iso') ? 'aws-iso' : 'aws'
}

/** Decides on `signer`. */
export interface SignerPolicy {
  /** Where the keys of accepted signers are: one base URL for each region. */
  readonly bases: readonly string[]
  /**
   * Where the keys of an accepted signer are.
   *
   * @throws {InvalidTokenError} `signer` when it is not one of ours.
   */
  keysBase(signer: unknown): string
}

function refused(): InvalidTokenError {
  return new InvalidTokenError(
    'signer',
    'Untrusted "signer": x-amzn-oidc-data was issued by a load balancer other than albArn',
  )
}

/** Accepts exactly these load balancers, or any id of a name. `bases`: ARN to base URL of its region's keys. */
export function exactSigners(bases: ReadonlyMap<string, string>): SignerPolicy {
  const hasWildcards = [...bases.keys()].some((arn) => arn.endsWith('/*'))
  const baseOf = (signer: string): string | undefined => {
    if (!hasWildcards) return bases.get(signer)
    // Not of `*` itself: no load balancer signs with it.
    return parseAlbArn(signer) === undefined ? undefined : (bases.get(signer) ?? bases.get(withAnyId(signer)))
  }
  return {
    bases: [...new Set(bases.values())],
    keysBase(signer) {
      const base = typeof signer === 'string' ? baseOf(signer) : undefined
      if (base === undefined) throw refused()
      return base
    },
  }
}

/** Accepts every load balancer of a region, strangers' too: unsafe (ALBeast), for `allowAnyAlb`. */
export function anySignerOf(region: string, base: string): SignerPolicy {
  return {
    bases: [base],
    keysBase(signer) {
      const arn = typeof signer === 'string' ? parseAlbArn(signer) : undefined
      if (arn?.region !== region) throw refused()
      return base
    },
  }
}
