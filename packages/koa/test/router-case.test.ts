import { Router } from '@koa/router'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import type { Context, Middleware, default as Koa } from 'koa'
import mount from 'koa-mount'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { cognitoAuth } from '../src/index.js'
import { authoriser, listen, majors } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

const auth = (): ReturnType<typeof cognitoAuth> => cognitoAuth({ ...alb.options, authoriser })

const users = (ctx: Context): void => {
  ctx.body = 'users'
}

// `@koa/router` has a type of its own for its middleware.
const routes = (router: Router): Middleware => router.routes() as unknown as Middleware

/** The same router at `/api`, in the ways that there are to put it there. */
const withPrefix = (options: object = {}): Middleware =>
  routes(new Router({ prefix: '/api', ...options }).use(auth().protect()).get('/users', users))
const nested = (): Middleware =>
  routes(new Router().use('/api', new Router().use(auth().protect()).get('/users', users).routes()))

describe.each(majors)('$version', ({ Koa: KoaOf }) => {
  /** How often an app warns that a middleware of its router is passed by. */
  async function warnings(app: Koa, path = '/api/users'): Promise<number> {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const origin = await listen(app)
    for (let round = 0; round < 2; round += 1) expect((await fetch(`${origin}${path}`)).status).toBe(401)
    const codes = warn.mock.calls.map(([, options]) => (options as { code?: string } | undefined)?.code)
    warn.mockRestore()
    return codes.filter((code) => code === 'COGNITO_AUTH_ROUTER').length
  }

  const appOf = (...all: readonly Middleware[]): Koa => {
    const app = new KoaOf()
    for (const one of all) app.use(one)
    return app
  }

  test.each<[string, () => Koa]>([
    ['a router with a prefix', () => appOf(withPrefix())],
    ['a router in another', () => appOf(nested())],
    ['a router in an app that is mounted', () => appOf(mount('/', appOf(withPrefix())))],
  ])('routes that another letter case reaches past %s are warned of, once', async (_, app) => {
    expect(await warnings(app())).toBe(1)
  })

  test('a prefix in capitals is passed by in small letters', async () => {
    expect(await warnings(appOf(withPrefix({ prefix: '/API' })), '/API/users')).toBe(1)
  })

  test.each<[string, () => Koa]>([
    ['the whole app', () => appOf(auth().protect(), nested())],
    ['a router whose routes go by letter case', () => appOf(withPrefix({ sensitive: true }))],
    ['a router without a prefix', () => appOf(routes(new Router().use(auth().protect()).get('/api/users', users)))],
    ['one route', () => appOf(routes(new Router({ prefix: '/api' }).get('/users', auth().protect(), users)))],
  ])('nothing is warned of for %s', async (_, app) => {
    expect(await warnings(app())).toBe(0)
  })
})
