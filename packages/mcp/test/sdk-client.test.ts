/** The MCP SDK's own client: it finds out where to sign in, signs in with PKCE at the local user pool, and calls a tool. */
import { Authoriser, CognitoAuth, type CognitoAuthOptions } from '@cognito-auth/core'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type McpApp, startMcpApp } from './mcp-app.js'

const CALLBACK = 'http://127.0.0.1:8976/callback'
const SCOPE = 'my-api/mcp'

let alb: LocalAlb
let apps: McpApp[] = []

beforeAll(async () => {
  // Nothing is behind it: the MCP server has a front door of its own, and only the user pool is used.
  alb = await startLocalAlb({ target: 'http://127.0.0.1:1', port: 0 })
})
afterAll(async () => {
  for (const app of apps) await app.stop()
  apps = []
  await alb.stop()
})
afterEach(() => {
  vi.useRealTimers()
})

async function start(options: Partial<CognitoAuthOptions> = {}, scopes = [SCOPE]): Promise<McpApp> {
  const auth = new CognitoAuth({
    userPoolId: alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? '',
    cognitoDomain: alb.env['COGNITO_AUTH_DOMAIN'] ?? '',
    localAlb: alb.url,
    bearer: { clientId: ['localalbcli', 'localalbjob'] },
    authoriser: null,
    ...options,
  })
  const app = await startMcpApp(auth, scopes)
  apps.push(app)
  return app
}

/** What a command-line client remembers; `locations` is where it would open browsers. */
class Provider implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK
  readonly clientMetadata = { redirect_uris: [CALLBACK], client_name: 'test', scope: `openid ${SCOPE}` }
  readonly locations: URL[] = []
  #discovery: OAuthDiscoveryState | undefined
  #tokens: StoredOAuthTokens | undefined
  #verifier = ''

  /** @param keepsRefreshTokens `false` for a client that has to send people to sign in again. */
  constructor(private readonly keepsRefreshTokens = true) {}

  clientInformation = () => ({ client_id: 'localalbcli' })
  tokens = () => this.#tokens
  saveTokens = (tokens: StoredOAuthTokens) => {
    const { refresh_token: _, ...others } = tokens
    this.#tokens = this.keepsRefreshTokens ? tokens : others
  }
  redirectToAuthorization = (url: URL) => {
    this.locations.push(url)
  }
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier
  }
  codeVerifier = () => this.#verifier
  discoveryState = () => this.#discovery
  saveDiscoveryState = (state: OAuthDiscoveryState) => {
    this.#discovery = state
  }
}

/** Signs in at the pages of the user pool as the user with that number, as a person with a browser does. */
async function signIn(url: URL, user: number): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  const send = async (init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  const page = await (await send()).text()
  const field = (name: string): string => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)?.[1] ?? ''
  const body = new URLSearchParams({ form: field('form'), state: field('state'), user: String(user) })
  const location = (await send({ method: 'POST', body })).headers.get('location') ?? ''
  expect(location.startsWith(CALLBACK)).toBe(true)
  return new URL(location).searchParams
}

/** A client that has signed in. */
async function connect(app: McpApp, user: number, provider = new Provider()): Promise<Client> {
  const first = new StreamableHTTPClientTransport(new URL(app.url), { authProvider: provider })
  await expect(new Client({ name: 'test', version: '1.0.0' }).connect(first)).rejects.toBeInstanceOf(UnauthorizedError)
  const [location] = provider.locations
  if (location === undefined) throw new Error('The client would open no browser')
  expect(location.searchParams.get('code_challenge_method')).toBe('S256')
  expect(location.href.startsWith(alb.env['COGNITO_AUTH_DOMAIN'] ?? '-')).toBe(true)
  await first.finishAuth(await signIn(location, user))
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(app.url), { authProvider: provider }))
  return client
}

/** What the tool says. */
async function whoami(client: Client): Promise<unknown> {
  const { content } = await client.callTool({ name: 'whoami' })
  const [first] = content as { text: string }[]
  return JSON.parse(first?.text ?? 'null')
}

async function jobToken(scope: string): Promise<string> {
  const response = await fetch(`${alb.env['COGNITO_AUTH_DOMAIN']}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('localalbjob:localalbjobsecret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  return token
}

async function post(app: McpApp, headers: Record<string, string>): Promise<Response> {
  return await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
  })
}

describe('the client of the SDK', () => {
  test('discovers the user pool, signs in with PKCE, and calls a tool as who signed in', async () => {
    const client = await connect(await start(), 0)
    expect(await whoami(client)).toMatchObject({ kind: 'person', groups: ['admins', 'developers'] })
    await client.close()
  })

  test('goes on with its refresh token where the access token expires within its session', async () => {
    const provider = new Provider()
    const client = await connect(await start(), 0, provider)
    const before = provider.tokens()?.access_token
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 + 10_000 })
    expect(await whoami(client)).toMatchObject({ groups: ['admins', 'developers'] })
    expect(provider.tokens()?.access_token).not.toBe(before)
    await client.close()
  })

  test('is sent to sign in again where the access token expires and there is no refresh token', async () => {
    const provider = new Provider(false)
    const client = await connect(await start(), 0, provider)
    const browsers = provider.locations.length
    expect(await whoami(client)).toMatchObject({ kind: 'person' })
    expect(provider.locations).toHaveLength(browsers)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 + 10_000 })
    await expect(whoami(client)).rejects.toBeInstanceOf(UnauthorizedError)
    expect(provider.locations).toHaveLength(browsers + 1)
    await client.close()
  })

  test('is refused where the rules deny who signed in', async () => {
    const app = await start({ authoriser: Authoriser.fromLists({ allowedGroups: ['nobody-is-in-it'] }) })
    await expect(connect(app, 0)).rejects.toThrow(/insufficient_scope|403/i)
  })
})

describe('a program', () => {
  test('with the scope is accepted, without it 403 with the metadata', async () => {
    const app = await start()
    expect((await post(app, { authorization: `Bearer ${await jobToken(SCOPE)}` })).status).toBe(200)
    const refused = await post(app, { authorization: `Bearer ${await jobToken('my-api/other')}` })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ error: 'insufficient_scope' })
    expect(refused.headers.get('www-authenticate')).toMatch(/insufficient_scope.*resource_metadata="http:\/\/localhost/)
  })

  test.each<[string, Record<string, string>]>([
    ['no token', {}],
    ['a token that is none', { authorization: 'Bearer a.b.c' }],
    ['two tokens in one header', { authorization: 'Bearer a.b.c, Bearer a.b.c' }],
    ['headers of a load balancer, which are not read here', { 'x-amzn-oidc-data': 'a.b.c' }],
  ])('with %s gets 401 with the metadata', async (_, headers) => {
    const response = await post(await start(), headers)
    expect(response.status).toBe(401)
    const challenge = response.headers.get('www-authenticate') ?? ''
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    expect(await (await fetch(url)).json()).toMatchObject({ scopes_supported: [SCOPE] })
  })
})
