import { cognitoAuth, getUser } from '@cognito-auth/koa'
import { Router } from '@koa/router'
import { greeting, reports } from 'example-page'
import Koa from 'koa'

const app = new Koa()
const router = new Router()
const auth = cognitoAuth({ signOutPath: '/logout' })

// Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out.
app.use(auth.protect({ bypass: ['/health'] }))

router.get('/health', (ctx) => {
  ctx.body = { ok: true }
})

router.get('/', (ctx) => {
  ctx.body = greeting('Koa', getUser(ctx))
})

router.get('/reports', auth.requireGroups('admins'), (ctx) => {
  ctx.body = reports('Koa')
})

// A user is plain data: no tokens or claims go out with it.
router.get('/api/me', (ctx) => {
  ctx.body = getUser(ctx)
})

app.use(router.routes())

// A config that cannot be read stops the app here, rather than answer every page with 500.
await auth.core.warmUp()
const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`Koa example on port ${server.address().port}`)
})
