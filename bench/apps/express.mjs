import { createServer } from 'node:http'
import { cognitoAuth, getUser } from '@cognito-auth/express'
import express from 'express'
import { listenOn } from './listen.mjs'

/** Starts the app; gives its port. */
export async function listen(way, { options, checkByHand }) {
  const app = express()
  if (way === 'ours') app.use(cognitoAuth(options).protect())
  if (way === 'by hand') {
    app.use((req, res, next) => {
      checkByHand(req.headers).then(
        (claims) => {
          req.claims = claims
          return claims === undefined ? res.status(403).end() : next()
        },
        () => res.status(401).end(),
      )
    })
  }
  app.get('/', (req, res) => res.json({ hello: nameOf(way, req) }))
  return await listenOn(createServer(app))
}

function nameOf(way, req) {
  if (way === 'ours') return getUser(req).name
  return way === 'by hand' ? req.claims.name : 'anybody'
}
