/**
 * The user pool's token endpoint, `POST /oauth2/token`: codes with PKCE, refresh tokens, client credentials.
 *
 * Errors are Cognito's: 400, and a JSON object with `error`.
 *
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html Token endpoint}
 * @module
 */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, smallBody } from '../../html/answers.js'
import type { AlbState } from '../../sessions/state.js'
import { CLI_CLIENT_ID, JOB_CLIENT_ID, JOB_CLIENT_SECRET, parseScopes } from '../../tokens/app-clients.js'
import type { TokenAnswer, UserPoolTokens } from '../../tokens/provider.js'

export const TOKEN_PATH = '/_local-alb/oauth2/token'

/** What RFC 6749, section 5.2, calls what is wrong with a request. */
type TokenError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'

type Answer = TokenAnswer & { readonly refresh_token?: string }

/** A request that is refused. */
class Refused extends Error {
  readonly error: TokenError

  constructor(error: TokenError) {
    super(error)
    this.error = error
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Id and secret of `Authorization: Basic`, each form-encoded (RFC 6749, section 2.3.1). */
function basicCredentials(header: string): readonly [id: string, secret: string] {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1]
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
  if (id === undefined || secret === undefined) throw new Refused('invalid_client')
  try {
    return [decodeURIComponent(id), decodeURIComponent(secret)]
  } catch {
    // A lone percent sign.
    throw new Refused('invalid_client')
  }
}

/** The client that asks. A public one has no secret, and may send none. */
function clientOf(authorization: string | undefined, fields: URLSearchParams): string {
  const [id, secret] =
    authorization === undefined
      ? [fields.get('client_id'), fields.get('client_secret')]
      : basicCredentials(authorization)
  // Both ways at once are one too many, and so is another client in the body.
  const isMixed = authorization !== undefined && (fields.has('client_secret') || (fields.get('client_id') ?? id) !== id)
  if (isMixed) throw new Refused('invalid_request')
  if (id === CLI_CLIENT_ID && secret === null) return id
  if (id === JOB_CLIENT_ID && secret !== null && isSame(secret, JOB_CLIENT_SECRET)) return id
  throw new Refused('invalid_client')
}

function required(fields: URLSearchParams, name: string): string {
  const value = fields.get(name)
  if (value === null || value === '') throw new Refused('invalid_request')
  return value
}

function refuseRepeated(fields: URLSearchParams): void {
  // RFC 6749, section 3.2: parameters must not be included more than once.
  for (const name of fields.keys()) if (fields.getAll(name).length > 1) throw new Refused('invalid_request')
}

/** Answers requests for tokens. */
export class TokenEndpoint {
  readonly #state: AlbState

  constructor(state: AlbState) {
    this.#state = state
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { userPool } = this.#state.issuer.provider
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    if (userPool === undefined) return answer(res, 404, headers, '{"error":"there is no token endpoint with --oidc"}\n')
    if (req.method !== 'POST') return answer(res, 405, { ...headers, allow: 'POST' }, '{"error":"invalid_request"}\n')
    try {
      const tokens = this.#grant(userPool, req.headers.authorization, await this.#fields(req))
      answer(res, 200, headers, `${JSON.stringify(tokens)}\n`)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      answer(res, 400, headers, `${JSON.stringify({ error: error.error })}\n`)
    }
  }

  async #fields(req: IncomingMessage): Promise<URLSearchParams> {
    if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(req.headers['content-type'] ?? ''))
      throw new Refused('invalid_request')
    const body = await smallBody(req)
    if (body === undefined) throw new Refused('invalid_request')
    const fields = new URLSearchParams(body)
    refuseRepeated(fields)
    return fields
  }

  #grant(pool: UserPoolTokens, authorization: string | undefined, fields: URLSearchParams): Answer {
    const clientId = clientOf(authorization, fields)
    const grantType = required(fields, 'grant_type')
    if (grantType === 'client_credentials') return this.#clientCredentials(pool, clientId, fields)
    if (grantType !== 'authorization_code' && grantType !== 'refresh_token') throw new Refused('unsupported_grant_type')
    if (clientId !== CLI_CLIENT_ID) throw new Refused('unauthorized_client')
    return grantType === 'refresh_token' ? this.#refresh(pool, clientId, fields) : this.#code(pool, clientId, fields)
  }

  #clientCredentials(pool: UserPoolTokens, clientId: string, fields: URLSearchParams): Answer {
    if (clientId !== JOB_CLIENT_ID) throw new Refused('unauthorized_client')
    const scopes = parseScopes(clientId, fields.get('scope') ?? '')
    if (scopes === undefined) throw new Refused('invalid_scope')
    return pool.machineTokens({ clientId, scopes })
  }

  #code(pool: UserPoolTokens, clientId: string, fields: URLSearchParams): Answer {
    const given = {
      clientId,
      redirectUri: required(fields, 'redirect_uri'),
      verifier: required(fields, 'code_verifier'),
    }
    const grant = this.#state.grants.takeCode(required(fields, 'code'), given)
    if (grant === undefined) throw new Refused('invalid_grant')
    const { origin, ...tokens } = pool.personTokens(grant)
    return { ...tokens, refresh_token: this.#state.grants.createRefreshToken({ ...grant, origin }) }
  }

  #refresh(pool: UserPoolTokens, clientId: string, fields: URLSearchParams): Answer {
    const grant = this.#state.grants.refreshed(required(fields, 'refresh_token'), clientId)
    if (grant === undefined || this.#state.fault === 'refresh_failure') throw new Refused('invalid_grant')
    const { origin: _origin, ...tokens } = pool.personTokens({ ...grant, user: this.#state.current(grant.user) })
    return tokens
  }
}
