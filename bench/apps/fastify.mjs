import { cognitoAuth, getUser } from '@cognito-auth/fastify'
import Fastify from 'fastify'

/** Starts the app; gives its port. */
export async function listen(way, { options, checkByHand }) {
  const app = Fastify()
  if (way === 'ours') await app.register(cognitoAuth, options)
  if (way === 'by hand') {
    app.decorateRequest('claims')
    app.addHook('onRequest', async (request, reply) => {
      try {
        request.claims = await checkByHand(request.headers)
      } catch {
        return await reply.code(401).send()
      }
      if (request.claims === undefined) return await reply.code(403).send()
    })
  }
  app.get('/', (request) => ({ hello: nameOf(way, request) }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

function nameOf(way, request) {
  if (way === 'ours') return getUser(request).name
  return way === 'by hand' ? request.claims.name : 'anybody'
}
