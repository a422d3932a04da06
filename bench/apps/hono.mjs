import { cognitoAuth, getUser } from '@cognito-auth/hono'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { listenOn } from './listen.mjs'

/** Starts the app; gives its port. */
export async function listen(way, { options, checkByHand }) {
  const app = new Hono()
  if (way === 'ours') app.use(cognitoAuth(options).protect())
  if (way === 'by hand') {
    app.use(async (c, next) => {
      try {
        c.set('claims', await checkByHand(c.req.header()))
      } catch {
        return c.body(null, 401)
      }
      if (c.get('claims') === undefined) return c.body(null, 403)
      await next()
    })
  }
  app.get('/', (c) => c.json({ hello: nameOf(way, c) }))
  return await listenOn(createAdaptorServer({ fetch: app.fetch }))
}

function nameOf(way, c) {
  if (way === 'ours') return getUser(c).name
  return way === 'by hand' ? c.get('claims').name : 'anybody'
}
