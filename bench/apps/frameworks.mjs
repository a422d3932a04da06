/** The frameworks that there is an adapter for, and the same app in each: `GET /` answers the user's name as JSON. */
export const FRAMEWORKS = {
  express: () => import('./express.mjs'),
  koa: () => import('./koa.mjs'),
  hono: () => import('./hono.mjs'),
  fastify: () => import('./fastify.mjs'),
  nestjs: () => import('./nestjs.mjs'),
  next: () => import('./next.mjs'),
  remix: () => import('./remix.mjs'),
  web: () => import('./web.mjs'),
}

/** Ways to protect an app: not at all, with this project, by hand. */
export const WAYS = ['without', 'ours', 'by hand']
