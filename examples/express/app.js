import { cognitoAuth, getUser } from '@cognito-auth/express'
import { greeting, reports } from 'example-page'
import express from 'express'

const app = express()
const auth = cognitoAuth({ signOutPath: '/logout' })

// Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out.
app.use(auth.protect({ bypass: ['/health'] }))

app.get('/health', (_req, res) => {
  res.json({ ok: true })
})

app.get('/', (req, res) => {
  res.send(greeting('Express', getUser(req)))
})

app.get('/reports', auth.requireGroups('admins'), (_req, res) => {
  res.send(reports('Express'))
})

// A user is plain data: no tokens or claims go out with it.
app.get('/api/me', (req, res) => {
  res.json(getUser(req))
})

// A config that cannot be read stops the app here, rather than answer every page with 500.
await auth.core.warmUp()
const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`Express example on port ${server.address().port}`)
})
