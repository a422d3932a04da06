import { createServer } from 'node:http'
import { createRemixAuth } from '@cognito-auth/remix'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { createRequestHandler } from '@remix-run/server-runtime'
import { listenOn } from './listen.mjs'

/** The loaders of the app, one for each way. */
const LOADERS = {
  without: () => () => Response.json({ hello: 'anybody' }),
  ours: ({ options }) => {
    const { requireUser } = createRemixAuth(options)
    return async ({ request }) => Response.json({ hello: (await requireUser(request)).name })
  },
  'by hand':
    ({ checkByHand }) =>
    async ({ request }) => {
      const claims = await checkByHand(Object.fromEntries(request.headers)).catch(() => {
        throw new Response(null, { status: 401 })
      })
      if (claims === undefined) throw new Response(null, { status: 403 })
      return Response.json({ hello: claims.name })
    },
}

/** What `remix vite:build` makes of an app with one resource route. */
function buildOf(loader) {
  const route = { id: 'routes/hello', parentId: 'root', index: true }
  const flags = { hasAction: false, hasErrorBoundary: false, module: '', imports: [] }
  return {
    entry: { module: { default: (_request, status, headers) => new Response('', { status, headers }) } },
    routes: { root: { id: 'root', path: '', module: {} }, [route.id]: { ...route, module: { loader } } },
    assets: {
      entry: { imports: [], module: '' },
      routes: {
        root: { id: 'root', path: '', hasLoader: false, ...flags },
        [route.id]: { ...route, hasLoader: true, ...flags },
      },
      url: '',
      version: '1',
    },
    publicPath: '/',
    assetsBuildDirectory: '',
    future: { v3_singleFetch: true },
    isSpaMode: false,
  }
}

/** Starts the app; gives its port. */
export async function listen(way, given) {
  const handler = createRequestHandler(buildOf(LOADERS[way](given)), 'production')
  return await listenOn(createServer(createRequestListener((request) => handler(request))))
}
