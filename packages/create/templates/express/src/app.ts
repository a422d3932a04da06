import { cognitoAuth, type ExpressAuth, getUser } from '@cognito-auth/express'
import express, { type Express } from 'express'

/** @param auth Has its options from the environment; tests give one with their own. */
export function createApp(auth: ExpressAuth = cognitoAuth()): Express {
  const app = express()

  app.use(auth.protect({ bypass: ['/health'] })) // before everything that needs a user
  app.get('/health', (req, res) => void res.json({ ok: true }))
  app.get('/', (req, res) => void res.json({ hello: getUser(req).name, groups: getUser(req).groups }))
  app.get('/admin', auth.requireGroups('admins'), (req, res) => void res.json({ admin: getUser(req).name }))

  return app
}
