/** Compiled with the types of both majors, and never run: `tsconfig.json` has those of 3, `tsconfig.koa2.json` of 2. */

import type { User } from '@cognito-auth/core'
import Koa, { type Context, type Middleware } from 'koa'
import { type AuthState, cognitoAuth, getUser } from '../src/index.js'

const auth = cognitoAuth({
  onError(_error, ctx) {
    ctx.status = 403
    ctx.body = 'No entry'
  },
})
const app = new Koa()

app.use(auth.protect({ bypass: ['/health'] }))
app.use(auth.protect({ bypass: (ctx: Context) => ctx.path === '/open' }))
app.use(auth.requireGroups('a', 'b')).use(auth.requireAdmin()).use(auth.optional())
app.use(auth.logout({ returnTo: 'https://app.example.com/' }))
app.use((ctx) => {
  const user: User = getUser(ctx)
  ctx.body = { isEditor: user.isIn('editors'), email: ctx.state.user?.email }
})
new Koa<AuthState>().use(auth.protect())
cognitoAuth({ onError: 'throw' })

export const middleware: Middleware<AuthState> = auth.protect()

app.use((ctx) => {
  // @ts-expect-error Nobody may be signed in.
  ctx.state.user.email.trim()
})
// @ts-expect-error A promise opens nothing.
auth.protect({ bypass: async () => true })
// @ts-expect-error Another word.
cognitoAuth({ onError: 'thorw' })
