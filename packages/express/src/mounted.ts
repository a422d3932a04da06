/**
 * Warns of files that are served past a mount path. `app.use('/private', auth.protect())` in front of
 * `app.use(express.static('site'))` does not protect `/private`: `//private/a.txt` and `/%70rivate/a.txt` are other paths
 * to the mount, and the same file to what decodes and resolves paths.
 *
 * @module
 */

import type { Request, RequestHandler } from 'express'

/** A layer of Express's router: `slash` in version 5, `regexp.fast_slash` in 4, where it is mounted at no path. */
interface Layer {
  readonly handle?: unknown
  readonly name?: string
  readonly slash?: boolean
  readonly regexp?: { readonly fast_slash?: boolean }
}

/** The app's own layers. Version 4 has them at `_router`, and throws at `router`. */
function layersOf(req: Request): readonly Layer[] {
  const { app } = req as { readonly app?: { readonly _router?: unknown; readonly router?: unknown } }
  // eslint-disable-next-line no-underscore-dangle -- Express 4 calls its router so
  const router = (app?._router ?? app?.router) as { readonly stack?: readonly Layer[] } | undefined
  return router?.stack ?? []
}

const isAtRoot = ({ slash, regexp }: Layer): boolean => slash ?? regexp?.fast_slash ?? false

/** Whether files are served at the root, behind a middleware that is mounted at a path of the app itself. */
function servesPast(req: Request, handler: RequestHandler): boolean {
  const layers = layersOf(req)
  const own = layers.findIndex((layer) => layer.handle === handler && !isAtRoot(layer))
  return own !== -1 && layers.slice(own + 1).some((layer) => layer.name === 'serveStatic' && isAtRoot(layer))
}

/**
 * Makes the check that a middleware does at its first request below a mount path.
 *
 * @param name Of its maker, for the warning.
 */
export function createMountCheck(name: string): (req: Request, handler: RequestHandler) => void {
  let isDone = false
  return (req, handler) => {
    if (isDone || req.baseUrl === '') return
    isDone = true
    if (!servesPast(req, handler)) return
    process.emitWarning(
      `${name}() is mounted at ${req.baseUrl}, and express.static() behind it serves the same files by other spellings of the path, without it. Protect the whole app and open paths by bypass, or serve these files in a router behind ${name}()`,
      { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_MOUNTED' },
    )
  }
}
