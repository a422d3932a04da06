/** The pages in the order in which somebody would need them; a test says when one is missing. */
export const sidebar = [
  {
    text: 'Begin',
    items: [
      { text: 'What it is', link: '/' },
      { text: 'Start here', link: '/start-here' },
      { text: 'A new app', link: '/create' },
      { text: 'Coming from the Python library', link: '/from-python' },
    ],
  },
  {
    text: 'Frameworks',
    items: [
      { text: 'Express', link: '/express' },
      { text: 'NestJS', link: '/nestjs' },
      { text: 'Koa', link: '/koa' },
      { text: 'Hono', link: '/hono' },
      { text: 'Fastify', link: '/fastify' },
      { text: 'Remix and React Router', link: '/remix' },
      { text: 'Next.js', link: '/next' },
      { text: 'Request and Response', link: '/web' },
      { text: 'Lambda', link: '/lambda' },
      { text: 'Any app: the gateway', link: '/gateway' },
      { text: 'Anything else', link: '/core' },
      { text: 'Bearer tokens and MCP', link: '/mcp' },
    ],
  },
  {
    text: 'Who is allowed',
    items: [
      { text: 'Configuration', link: '/configuration' },
      { text: 'Rules and explain', link: '/rules' },
      { text: 'Why 401? Why 403?', link: '/why' },
      { text: 'Errors and what to do', link: '/errors' },
      { text: 'The command line', link: '/cli' },
    ],
  },
  {
    text: 'Develop',
    items: [
      { text: 'Local load balancer', link: '/local-alb' },
      { text: 'Testing your app', link: '/testing' },
      { text: 'Signing out', link: '/logout' },
      { text: 'WebSockets and streams', link: '/websockets' },
      { text: 'Pages that fetch', link: '/pages-that-fetch' },
    ],
  },
  {
    text: 'Run',
    items: [
      { text: 'Deployment', link: '/deployment' },
      { text: 'Security', link: '/security' },
      { text: 'Operations', link: '/operations' },
      { text: 'Performance', link: '/performance' },
    ],
  },
  { text: 'Reference', items: [{ text: 'API', link: '/api/' }] },
]
