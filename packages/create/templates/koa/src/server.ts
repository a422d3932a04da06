import { cognitoAuth } from '@cognito-auth/koa'
import { createApp } from './app.js'

const auth = cognitoAuth() // everything from the environment
await auth.core.warmUp() // without its rules the app does not start, and does not pass its health check
const server = createApp(auth).listen(Number(process.env['PORT'] ?? 3000))
process.once('SIGTERM', () => server.close())
