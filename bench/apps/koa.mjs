import { createServer } from 'node:http'
import { cognitoAuth, getUser } from '@cognito-auth/koa'
import Koa from 'koa'
import { listenOn } from './listen.mjs'

/** Starts the app; gives its port. */
export async function listen(way, { options, checkByHand }) {
  const app = new Koa()
  if (way === 'ours') app.use(cognitoAuth(options).protect())
  if (way === 'by hand') {
    app.use(async (ctx, next) => {
      try {
        ctx.state.claims = await checkByHand(ctx.headers)
      } catch {
        ctx.status = 401
        return
      }
      if (ctx.state.claims === undefined) ctx.status = 403
      else await next()
    })
  }
  app.use((ctx) => {
    ctx.body = { hello: nameOf(way, ctx) }
  })
  return await listenOn(createServer(app.callback()))
}

function nameOf(way, ctx) {
  if (way === 'ours') return getUser(ctx).name
  return way === 'by hand' ? ctx.state.claims.name : 'anybody'
}
