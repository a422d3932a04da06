/**
 * Mistakes that every adapter with makers of middleware tells when the app starts, as data.
 *
 * @module
 */

import { createTestAlb } from '../test-alb.js'
import { signOutOptions } from './sign-out-rows.js'

/** The makers of an adapter, whatever its middleware is. */
export interface Makers {
  protect(options?: object): unknown
  requireGroups(...groups: string[]): unknown
  requireScopes(...scopes: string[]): unknown
  requireAdmin(): unknown
  optional(): unknown
  logout(options?: object): unknown
}

/** One mistake: `create` makes the adapter's makers, with options besides those of the test load balancer. */
export interface Mistake {
  readonly what: string
  readonly make: (create: (options: object) => Makers) => unknown
  /** What the `ConfigurationError` says. */
  readonly message: RegExp
}

const { cognitoDomain, logoutUrls, signOutPath } = signOutOptions

/** Names of the makers: given to a router where their middleware belongs, each must answer 500 and nothing else. */
export const makerNames = ['protect', 'requireGroups', 'requireScopes', 'requireAdmin', 'optional', 'logout'] as const

/** The mistakes. */
export const mistakes: readonly Mistake[] = [
  { what: 'an unknown option', make: (create) => create({ redirectURL: '/x' }), message: /redirectUrl/ },
  { what: 'a misspelt hook', make: (create) => create({ onerror: () => undefined }), message: /onError/ },
  { what: 'a hook that is no function', make: (create) => create({ onError: {} }), message: /^onError must be/ },
  { what: 'an unknown option of protect', make: (create) => create({}).protect({ byPass: [] }), message: /bypass/ },
  {
    what: 'a protect without options, but null',
    make: (create) => create({}).protect(null as unknown as object),
    message: /^protect\(\)/,
  },
  { what: 'a wildcard', make: (create) => create({}).protect({ bypass: ['/a*'] }), message: /^bypass/ },
  { what: 'a bypass that is a string', make: (create) => create({}).protect({ bypass: '/a' }), message: /^bypass/ },
  {
    what: 'a bypass of signOutPath',
    make: (create) => create(signOutOptions).protect({ bypass: [signOutPath] }),
    message: /signOutPath/,
  },
  {
    what: 'a bypass above signOutPath',
    make: (create) => create({ ...signOutOptions, signOutPath: '/a/out' }).protect({ bypass: ['/a/*'] }),
    message: /signOutPath/,
  },
  { what: 'no group', make: (create) => create({}).requireGroups(), message: /requireGroups\(\)/ },
  { what: 'an empty group', make: (create) => create({}).requireGroups(''), message: /requireGroups\(\)/ },
  {
    what: 'groups that are a list',
    make: (create) => create({}).requireGroups(['admins'] as unknown as string),
    message: /requireGroups\(\)/,
  },
  { what: 'no scope', make: (create) => create({}).requireScopes(), message: /requireScopes\(\)/ },
  {
    what: 'a scope with a space',
    make: (create) => create({}).requireScopes('my-api/read my-api/write'),
    message: /requireScopes\(\)/,
  },
  {
    what: 'a scope under groupsClaim',
    make: (create) => create({ groupsClaim: 'groups' }).requireScopes('my-api/read'),
    message: /requireScopes\(\)/,
  },
  {
    what: 'an argument of requireAdmin',
    make: (create) => (create({}).requireAdmin as (given: object) => unknown)({}),
    message: /^requireAdmin\(\)/,
  },
  {
    what: 'an argument of optional',
    make: (create) => (create({}).optional as (given: object) => unknown)({}),
    message: /^optional\(\)/,
  },
  {
    what: 'an unknown option of logout',
    make: (create) => create(signOutOptions).logout({ returnTO: '/x' }),
    message: /returnTo/,
  },
  {
    what: 'a returnTo that is not on the list',
    make: (create) => create(signOutOptions).logout({ returnTo: 'https://evil.example/' }),
    message: /^returnTo is not on the list/,
  },
  { what: 'logout without a domain', make: (create) => create({ logoutUrls }).logout(), message: /^cognitoDomain/ },
  { what: 'logout without a list', make: (create) => create({ cognitoDomain }).logout(), message: /^logoutUrls/ },
  {
    what: 'signOutPath without a domain',
    make: (create) => create({ logoutUrls, signOutPath }),
    message: /^cognitoDomain/,
  },
  {
    what: 'a signOutPath that is no path',
    make: (create) => create({ ...signOutOptions, signOutPath: 'https://app.example.com/out' }),
    message: /^signOutPath/,
  },
  { what: 'an errorPage that is true', make: (create) => create({ errorPage: true }), message: /^errorPage/ },
]

/**
 * Makes a mistake, and lists what is not as expected: a `ConfigurationError` that says what is wrong.
 *
 * @param create Makes the makers, with options that hold those of a test load balancer; plugins may take their time.
 */
export async function runMistake(
  { make, message }: Mistake,
  create: (options: object) => Makers | Promise<Makers>,
): Promise<string[]> {
  const alb = await createTestAlb()
  let options = {}
  try {
    make((given) => {
      options = given
      // Only the options were wanted: makers may be made later than a mistake can wait for.
      throw new Error('options')
    })
  } catch {
    // As intended.
  }
  try {
    const makers = await create({ ...alb.options, ...options })
    await make(() => makers)
  } catch (error) {
    const { code, message: said } = error as { readonly code?: unknown; readonly message: string }
    const differences = message.test(said) ? [] : [`message: ${said}`]
    return code === 'configuration' ? differences : [...differences, `code: ${String(code)}`]
  }
  return ['nothing was thrown']
}
