/** Compiled with the types of both majors, and never run: `tsconfig.json` has those of 5, `tsconfig.express4.json` of 4. */

import type { User } from '@cognito-auth/core'
import express, { type Request, type RequestHandler, type Router } from 'express'
import { cognitoAuth, getUser } from '../src/index.js'

const auth = cognitoAuth({
  onError(error, req, res, next) {
    if (req.path === '/') res.status(403).send('No entry')
    else next(error)
  },
})
const app = express()
const router: Router = express.Router()

app.use(auth.protect({ bypass: ['/health'] }))
app.use('/api', auth.protect({ bypass: (req: Request) => req.path === '/open' }), router)
app.get('/', auth.optional(), (req, res) => res.json({ email: req.user?.email }))
app.get('/logout', auth.logout({ returnTo: 'https://app.example.com/' }))
router.use(auth.requireAdmin())
router.get('/teams/:team', auth.requireGroups('a', 'b'), (req, res) => {
  const user: User = getUser(req)
  res.json({ team: req.params['team'], isEditor: user.isIn('editors') })
})

export const handler: RequestHandler = auth.protect()

app.get('/', (req) => {
  // @ts-expect-error Nobody may be signed in.
  req.user.email.trim()
})
// @ts-expect-error A promise opens nothing.
auth.protect({ bypass: async () => true })
// @ts-expect-error An unknown option.
cognitoAuth({ onFailure: () => undefined })
