import { createServer } from 'node:http'
import { createWebAuth } from '@cognito-auth/web'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { listenOn } from './listen.mjs'

/** The handler of the app, one for each way. */
const HANDLERS = {
  without: () => () => Response.json({ hello: 'anybody' }),
  ours: ({ options }) => createWebAuth(options).protect((_, { user }) => Response.json({ hello: user.name })),
  'by hand':
    ({ checkByHand }) =>
    async (request) => {
      const claims = await checkByHand(Object.fromEntries(request.headers)).catch(() => null)
      if (!claims) return new Response(null, { status: claims === null ? 401 : 403 })
      return Response.json({ hello: claims.name })
    },
}

/** Starts the app; gives its port. */
export async function listen(way, given) {
  const handler = HANDLERS[way](given)
  return await listenOn(createServer(createRequestListener((request) => handler(request))))
}
