/** The documents as a client gets them. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CognitoAuth, type CognitoAuthOptions } from '@cognito-auth/core'
import { createTestAlb } from '@cognito-auth/testing'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { mcpMetadata, type McpMetadataOptions } from '../src/index.js'

const alb = await createTestAlb()
const domain = 'my-app.auth.eu-west-2.amazoncognito.com'
let servers: Server[] = []

afterEach(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  servers = []
})

function make(options: Partial<CognitoAuthOptions> = {}): CognitoAuth {
  const { userPoolId, fetch } = alb.options
  return new CognitoAuth({
    userPoolId,
    fetch,
    cognitoDomain: domain,
    bearer: { clientId: 'x', scopes: ['my-api/mcp'] },
    authoriser: null,
    ...options,
  })
}

async function serve(options: McpMetadataOptions, mount = '/'): Promise<string> {
  const app = express()
  app.use(mount, mcpMetadata(make(), options))
  app.use((_req, res) => {
    res.status(404).send('not here')
  })
  const server = app.listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const resource = 'https://api.example.com/v1/mcp'

test.each(['/.well-known/oauth-protected-resource/v1/mcp', '/.well-known/oauth-protected-resource'])(
  'the protected resource (RFC 9728) is at %s',
  async (path) => {
    const response = await fetch((await serve({ resource })) + path, { headers: { host: 'evil.example' } })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toEqual({
      resource,
      authorization_servers: ['https://api.example.com'],
      bearer_methods_supported: ['header'],
      scopes_supported: ['my-api/mcp'],
    })
  },
)

test('the authorisation server (RFC 8414) has Cognito’s endpoints, and registers no clients', async () => {
  const response = await fetch(`${await serve({ resource })}/.well-known/oauth-authorization-server`)
  const document = (await response.json()) as Record<string, unknown>
  expect(document).toMatchObject({
    issuer: 'https://api.example.com',
    authorization_endpoint: `https://${domain}/oauth2/authorize`,
    token_endpoint: `https://${domain}/oauth2/token`,
    jwks_uri: `${alb.issuer}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  })
  expect(document['token_endpoint_auth_methods_supported']).toContain('none')
  expect(document).not.toHaveProperty('registration_endpoint')
})

test('methods and paths', async () => {
  const base = await serve({ resource: 'http://localhost:3000', scopes: ['a'] })
  const path = `${base}/.well-known/oauth-authorization-server`
  const preflight = await fetch(path, { method: 'OPTIONS' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toBe('*')
  const head = await fetch(path, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  const post = await fetch(path, { method: 'POST' })
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  expect((await fetch(`${path}?x=y`)).status).toBe(200)
  for (const other of [
    '/',
    '/mcp',
    '/.well-known/oauth-authorization-server/mcp',
    '/.well-known/openid-configuration',
  ]) {
    expect((await fetch(base + other)).status).toBe(404)
  }
  expect(await (await fetch(`${base}/.well-known/oauth-protected-resource`)).json()).toMatchObject({
    resource: 'http://localhost:3000',
    scopes_supported: ['a'],
  })
})

test('a resource that ends in a slash is found with it (RFC 9728), and without (the SDK)', async () => {
  const base = await serve({ resource: `${resource}/` })
  for (const end of ['/v1/mcp/', '/v1/mcp']) {
    const response = await fetch(`${base}/.well-known/oauth-protected-resource${end}`)
    expect(await response.json()).toMatchObject({ resource: `${resource}/` })
  }
})

test.each([
  'http://api.example.com/mcp',
  'ftp://api.example.com/mcp',
  'https://api.example.com/mcp#',
  'https://api.example.com/mcp#x',
  'https://user:password@api.example.com/mcp',
  'https://user@api.example.com/mcp',
  'api.example.com/mcp',
  '/mcp',
  '',
  'http://localhost.evil.example/mcp',
  undefined,
  5,
  ' https://api.example.com/mcp',
  'https://api.example.com/mcp\n',
  'https:api.example.com/mcp',
  String.raw`https:\\api.example.com\mcp`,
])('%j is no resource', (given) => {
  expect(() => mcpMetadata(make(), { resource: given as string })).toThrow(
    expect.objectContaining({ code: 'configuration', message: expect.stringContaining('resource') as string }),
  )
})

test.each(['http://localhost:3000/mcp', 'http://127.0.0.1/mcp', 'http://[::1]:3000/mcp', 'https://api.example.com'])(
  '%s is a resource',
  (given) => {
    expect(() => mcpMetadata(make(), { resource: given })).not.toThrow()
  },
)

test('what is missing or misspelt is told at start', () => {
  const { userPoolId, fetch } = alb.options
  const without = new CognitoAuth({ userPoolId, fetch, bearer: { clientId: 'x' }, authoriser: null })
  expect(() => mcpMetadata(without, { resource })).toThrow(/cognitoDomain \(COGNITO_AUTH_DOMAIN\)/)
  expect(() => mcpMetadata(new CognitoAuth({ ...alb.options, authoriser: null }), { resource })).toThrow(/bearer/)
  expect(() => mcpMetadata(make(), { resource, scope: 'x' } as never)).toThrow(/Did you mean .?scopes/)
})
