import { cognitoAuth, getUser } from '@cognito-auth/fastify'
import { greeting, reports } from 'example-page'
import Fastify from 'fastify'

const app = Fastify()

// Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out.
await app.register(cognitoAuth, { signOutPath: '/logout', bypass: ['/health'] })

app.get('/health', () => ({ ok: true }))

app.get('/', (request, reply) => reply.type('text/html').send(greeting('Fastify', getUser(request))))

app.get('/reports', { onRequest: app.cognitoAuth.requireGroups('admins') }, (_request, reply) =>
  reply.type('text/html').send(reports('Fastify')),
)

// A user is plain data: no tokens or claims go out with it.
app.get('/api/me', (request) => getUser(request))

// A config that cannot be read stops the app here, rather than answer every page with 500.
await app.cognitoAuth.core.warmUp()
await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '127.0.0.1' })
console.log(`Fastify example on port ${app.server.address().port}`)
