import { cognitoAuth, getUser, type KoaAuth } from '@cognito-auth/koa'
import Router from '@koa/router'
import Koa from 'koa'

/** @param auth Has its options from the environment; tests give one with their own. */
export function createApp(auth: KoaAuth = cognitoAuth()): Koa {
  const app = new Koa()
  const router = new Router()

  app.use(auth.protect({ bypass: ['/health'] })) // before everything that needs a user
  router.get('/health', (ctx) => {
    ctx.body = { ok: true }
  })
  router.get('/', (ctx) => {
    ctx.body = { hello: getUser(ctx).name, groups: getUser(ctx).groups }
  })
  router.get('/admin', auth.requireGroups('admins'), (ctx) => {
    ctx.body = { admin: getUser(ctx).name }
  })

  app.use(router.routes())
  return app
}
