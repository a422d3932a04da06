import { cognitoAuth, getUser } from '@cognito-auth/hono'
import { serve } from '@hono/node-server'
import { greeting, reports } from 'example-page'
import { Hono } from 'hono'

const app = new Hono()
const auth = cognitoAuth({ signOutPath: '/logout' })

// Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out.
app.use(auth.protect({ bypass: ['/health'] }))

app.get('/health', (c) => c.json({ ok: true }))

app.get('/', (c) => c.html(greeting('Hono', getUser(c))))

app.get('/reports', auth.requireGroups('admins'), (c) => c.html(reports('Hono')))

// A user is plain data: no tokens or claims go out with it.
app.get('/api/me', (c) => c.json(getUser(c)))

// A config that cannot be read stops the app here, rather than answer every page with 500.
await auth.core.warmUp()
const where = { port: Number(process.env.PORT ?? 3000), hostname: process.env.HOST ?? '127.0.0.1' }
serve({ fetch: app.fetch, ...where }, ({ port }) => {
  console.log(`Hono example on port ${port}`)
})
