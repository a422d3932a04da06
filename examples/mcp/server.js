import { CognitoAuth } from '@cognito-auth/core'
import { mcpMetadata, mcpVerifier } from '@cognito-auth/mcp'
import { requireBearerAuth } from '@modelcontextprotocol/express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, getOAuthProtectedResourceMetadataUrl, McpServer } from '@modelcontextprotocol/server'
import express from 'express'

// The user pool, its domain and the rules come from the environment; the MCP clients are named here.
const auth = new CognitoAuth({ bearer: { clientId: ['localalbcli', 'localalbjob'] } })
const resource = process.env.RESOURCE ?? 'http://localhost:8080/mcp'

const mcp = createMcpHandler(({ authInfo }) => {
  const server = new McpServer({ name: 'example', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who calls' }, () => {
    const { kind, sub, groups } = authInfo.extra.user
    return { content: [{ type: 'text', text: JSON.stringify({ kind, sub, groups }) }] }
  })
  return server
})

const app = express()
app.use(mcpMetadata(auth, { resource }))
app.all(
  '/mcp',
  requireBearerAuth({
    verifier: mcpVerifier(auth),
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource)),
  }),
  toNodeHandler(mcp),
)

// A config that cannot be read stops the app here, rather than refuse every call.
await auth.warmUp()
const listener = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`MCP example on port ${listener.address().port}: ${resource}`)
})
