/**
 * App clients of the user pool besides the load balancer's own: a command-line tool, and a job without a person.
 *
 * @module
 */

/** Public: people sign in with PKCE, and come back to an address of this machine. */
export const CLI_CLIENT_ID = 'localalbcli'
/** Confidential: client credentials, for scopes of resource servers. */
export const JOB_CLIENT_ID = 'localalbjob'
/** Written in the documentation, and worth nothing: what it opens is on this machine only. */
export const JOB_CLIENT_SECRET = 'localalbjobsecret'

/** Scopes that Cognito defines itself. */
const COGNITO_SCOPES = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']
/** Scope of a resource server: its identifier, a slash, and a name (RFC 6749, section 3.3). */
const RESOURCE_SCOPE = /^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+(?:\/[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+)+$/

/**
 * Scopes that a client asks for. Any resource server will do: none has to be set up.
 *
 * @returns `undefined` where a client cannot have one of them.
 */
export function parseScopes(clientId: string, scope: string): readonly string[] | undefined {
  const scopes = [...new Set(scope.split(' ').filter((one) => one !== ''))]
  const isAllowed = (one: string): boolean =>
    RESOURCE_SCOPE.test(one) || (clientId === CLI_CLIENT_ID && COGNITO_SCOPES.includes(one))
  return scopes.every(isAllowed) ? scopes : undefined
}

/** Whether a tool on this machine listens there (RFC 8252, section 7.3). */
export function isLoopbackRedirect(uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol, hostname, username, password, hash } = new URL(uri)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  return protocol === 'http:' && isLoopback && username === '' && password === '' && hash === '' && !uri.includes('#')
}
