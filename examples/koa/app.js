import { cognitoAuth, getUser } from '@cognito-auth/koa'
import { Router } from '@koa/router'
import { htmlEscape } from 'escape-goat'
import Koa from 'koa'

const app = new Koa()
const router = new Router()
const auth = cognitoAuth()

// Everything needs a user who may come in, but for the load balancer's health check.
app.use(auth.protect({ bypass: ['/health'] }))

router.get('/health', (ctx) => {
  ctx.body = { ok: true }
})

router.get('/', (ctx) => {
  const { name, email, groups } = getUser(ctx)
  ctx.body = htmlEscape`<!doctype html><html lang="en"><title>Example</title><h1>Hello, ${name}</h1>
<p>You are ${email}, in ${groups.join(', ')}.</p>
<p><a href="/reports">Reports</a> (admins only) · <a href="/api/me">/api/me</a> · <a href="/logout">Sign out</a></p>`
})

router.get('/reports', auth.requireGroups('admins'), (ctx) => {
  ctx.body = '<!doctype html><html lang="en"><title>Reports</title><h1>Reports</h1><p>Only admins read this.</p>'
})

// A user is plain data: no tokens or claims go out with it.
router.get('/api/me', (ctx) => {
  ctx.body = getUser(ctx)
})

router.get('/logout', auth.logout())

app.use(router.routes())

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`Example app on port ${server.address().port}`)
})
