import { cognitoAuth, getUser } from '@cognito-auth/express'
import { htmlEscape } from 'escape-goat'
import express from 'express'

const app = express()
const auth = cognitoAuth()

// Everything needs a user who may come in, but for the load balancer's health check.
app.use(auth.protect({ bypass: ['/health'] }))

app.get('/health', (_req, res) => {
  res.json({ ok: true })
})

app.get('/', (req, res) => {
  const { name, email, groups } = getUser(req)
  res.send(
    htmlEscape`<!doctype html><html lang="en"><title>Example</title><h1>Hello, ${name}</h1>
<p>You are ${email}, in ${groups.join(', ')}.</p>
<p><a href="/reports">Reports</a> (admins only) · <a href="/api/me">/api/me</a> · <a href="/logout">Sign out</a></p>`,
  )
})

app.get('/reports', auth.requireGroups('admins'), (_req, res) => {
  res.send('<!doctype html><html lang="en"><title>Reports</title><h1>Reports</h1><p>Only admins read this.</p>')
})

// A user is plain data: no tokens or claims go out with it.
app.get('/api/me', (req, res) => {
  res.json(getUser(req))
})

app.get('/logout', auth.logout())

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`Example app on port ${server.address().port}`)
})
