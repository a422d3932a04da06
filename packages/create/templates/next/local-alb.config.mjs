// npm run dev: the app behind a local load balancer, at http://localhost:8080. Elsewhere: PORT=9000 npm run dev
import { readFileSync } from 'node:fs'

const { env } = process
env.COGNITO_AUTH_CONFIG_PATH ??= 'auth-config.json'
env.COGNITO_AUTH_SIGN_OUT_PATH ??= '/logout'
const port = Number(env.PORT ?? 8080)
const appPort = port + 1

export default {
  port,
  users: JSON.parse(readFileSync('users.json', 'utf8')),
  appPort,
  command: ['npx', 'next', 'dev', '--port', String(appPort)],
  // In a Codespace the browser is elsewhere.
  ...(env.CODESPACE_NAME && {
    publicUrl: `https://${env.CODESPACE_NAME}-${port}.${env.GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN}`,
  }),
}
