import { createRequestHandler } from '@remix-run/express'
import express from 'express'
import * as build from './build/server/index.js'

// In place of remix-serve, which takes NODE_ENV=development for its own dev server. Behind a real load balancer either does.
const app = express()
app.use('/assets', express.static('build/client/assets', { immutable: true, maxAge: '1y' }))
app.all('*', createRequestHandler({ build, mode: 'production' }))

const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`Remix example on port ${server.address().port}`)
})
