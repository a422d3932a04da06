/** An MCP server on Express that says whom it was called by. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CognitoAuth, User } from '@cognito-auth/core'
import { requireBearerAuth } from '@modelcontextprotocol/express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, getOAuthProtectedResourceMetadataUrl, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { mcpMetadata, mcpVerifier } from '../src/index.js'

export interface McpApp {
  readonly url: string
  stop(): Promise<void>
}

/** Starts it on a free port; its resource is known once it listens. */
export async function startMcpApp(auth: CognitoAuth, scopes: readonly string[]): Promise<McpApp> {
  const app = express()
  const server: Server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}/mcp`

  const mcp = createMcpHandler(({ authInfo }) => {
    const tools = new McpServer({ name: 'whoami', version: '1.0.0' })
    tools.registerTool('whoami', { description: 'Who calls' }, () => {
      const user = authInfo?.extra?.['user'] as User | undefined
      const { kind, username, sub, groups } = user ?? {}
      return { content: [{ type: 'text', text: JSON.stringify({ kind, username, sub, groups }) }] }
    })
    return tools
  })
  app.use(mcpMetadata(auth, { resource: url, scopes }))
  const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(new URL(url))
  app.all(
    '/mcp',
    requireBearerAuth({ verifier: mcpVerifier(auth, { scopes }), resourceMetadataUrl }),
    toNodeHandler(mcp),
  )
  return {
    url,
    async stop() {
      await mcp.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
