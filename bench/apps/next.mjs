import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import next from 'next'
import { listenOn } from './listen.mjs'

/** Starts what `next build` made, in this process; gives its port. */
export async function listen(way, given) {
  // The route handler, which is in the build, asks for it at its first request.
  globalThis.benchApp = { way, ...given }
  const app = next({ dev: false, dir: fileURLToPath(new URL('../next', import.meta.url)) })
  await app.prepare()
  return await listenOn(createServer(app.getRequestHandler()))
}
