/** A command-line MCP client that a person signs in to: it opens the sign-in page of the user pool and waits for its answer. */
import { createServer } from 'node:http'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'

const url = new URL(process.argv[2] ?? 'http://localhost:8080/mcp')
const redirectUrl = 'http://127.0.0.1:8976/callback'

/** What the client remembers, for as long as it runs. */
const memory = {}
const authProvider = {
  redirectUrl,
  clientMetadata: { redirect_uris: [redirectUrl], scope: 'openid' },
  clientInformation: () => ({ client_id: 'localalbcli' }),
  tokens: () => memory.tokens,
  saveTokens: (tokens) => (memory.tokens = tokens),
  codeVerifier: () => memory.verifier,
  saveCodeVerifier: (verifier) => (memory.verifier = verifier),
  discoveryState: () => memory.discovery,
  saveDiscoveryState: (state) => (memory.discovery = state),
  redirectToAuthorization: (page) => console.log(`Sign in here: ${page.href}`),
}

/** The query of the first request to the callback. */
function callback() {
  return new Promise((resolve) => {
    const server = createServer((req, res) => {
      res.end('Signed in: you can close this page.')
      server.close()
      resolve(new URL(req.url, redirectUrl).searchParams)
    }).listen(8976, '127.0.0.1')
  })
}

async function connect() {
  const client = new Client({ name: 'example', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(url, { authProvider })
  const answered = callback()
  try {
    await client.connect(transport)
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error
    await transport.finishAuth(await answered)
    await client.connect(new StreamableHTTPClientTransport(url, { authProvider }))
  }
  return client
}

const client = await connect()
const { content } = await client.callTool({ name: 'whoami' })
console.log(content[0].text)
await client.close()
