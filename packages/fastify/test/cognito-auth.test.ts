import { CognitoAuth, type User } from '@cognito-auth/core'
import { polluted, sendRaw } from '@cognito-auth/testing/behaviour'
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { cognitoAuth, type FastifyAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, signedIn } from './apps.js'
import { alb, app, headers, protect, renewApp, useFreshApp } from './fresh-app.js'

useFreshApp()

async function statusOf(url: string, by: Record<string, string> = {}): Promise<number> {
  return (await app.inject({ url, headers: by })).statusCode
}

const reached: FastifyPluginAsync<{ path?: string }> = async (scope, { path = '/' }) => {
  scope.get(path, () => 'reached')
}

test.each<Record<string, unknown>>([{ bypass: ['/admin'] }, { protect: false }, { auth: null }])(
  'a polluted Object.prototype opens no path: %j',
  async (members) => {
    const plugin = (scope: FastifyInstance, options: FastifyAuthOptions): unknown =>
      polluted(members, () => (cognitoAuth as (...given: unknown[]) => unknown)(scope, options))
    for (const skip of ['skip-override', 'plugin-meta'].map((name) => Symbol.for(name))) {
      Object.assign(plugin, { [skip]: (cognitoAuth as unknown as Record<symbol, unknown>)[skip] })
    }
    await app.register(plugin as FastifyPluginAsync<FastifyAuthOptions>, { ...alb.options, authoriser })
    await app.register(reached, { path: '/admin' })
    expect(await statusOf('/admin')).toBe(401)
  },
)

const mistake = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) as unknown })

describe('the scope that it is registered in is protected', () => {
  test('with what is below it, registered before or after, and unknown paths', async () => {
    await app.register(async (scope) => {
      await scope.register(reached, { prefix: '/before/inner' })
      await scope.register(reached, { path: '/before' })
    })
    app.get('/same', () => 'reached')
    await protect({ bypass: ['/health'] })
    await app.register(reached, { prefix: '/after' })
    app.get('/health', () => 'reached')
    for (const path of ['/before', '/before/inner', '/same', '/after', '/unknown', '/after/unknown']) {
      expect([path, await statusOf(path)]).toEqual([path, 401])
    }
    for (const path of ['/before', '/before/inner', '/same', '/after']) {
      expect([path, await statusOf(path, headers)]).toEqual([path, 200])
    }
    expect(await statusOf('/unknown', headers)).toBe(404)
    expect(await statusOf('/health')).toBe(200)
  })

  test('without await, too', async () => {
    void app.register(reached)
    void app.register(cognitoAuth, { ...alb.options, authoriser })
    expect(await statusOf('/')).toBe(401)
    expect(await statusOf('/', headers)).toBe(200)
  })

  test('and no other', async () => {
    await app.register(async (scope) => {
      await scope.register(cognitoAuth, { ...alb.options, authoriser })
      await scope.register(reached, { path: '/closed' })
    })
    await app.register(reached, { path: '/open' })
    expect(await statusOf('/closed')).toBe(401)
    expect(await statusOf('/open')).toBe(200)
  })

  test('a handler of a scope for unknown paths is protected, too', async () => {
    await protect()
    await app.register(
      async (scope) => {
        scope.setNotFoundHandler((_, reply) => reply.code(404).send('reached'))
      },
      { prefix: '/api' },
    )
    expect(await statusOf('/api/x')).toBe(401)
    expect(await statusOf('/api/x', headers)).toBe(404)
  })
})

describe('without protection of the scope', () => {
  test('each route asks for itself', async () => {
    await protect({ protect: false })
    const { cognitoAuth: auth } = app
    app.get('/', () => 'reached')
    app.get('/me', { onRequest: auth.protect() }, (request) => getUser(request).email)
    app.get('/admins', { onRequest: [auth.requireGroups('admins')] }, () => 'reached')
    app.get('/maybe', { onRequest: auth.optional() }, (request) => ({ user: request.user ?? null }))
    expect(await statusOf('/')).toBe(200)
    expect(await statusOf('/me')).toBe(401)
    expect((await app.inject({ url: '/me', headers })).body).toBe(signedIn.email)
    expect(await statusOf('/admins', headers)).toBe(403)
    expect((await app.inject({ url: '/maybe' })).json()).toEqual({ user: null })
  })

  test('a scope can be protected by a hook, or by a registration of its own', async () => {
    await protect({ protect: false })
    await app.register(async (scope) => {
      scope.addHook('onRequest', scope.cognitoAuth.protect({ bypass: ['/hook/health'] }))
      await scope.register(reached, { path: '/hook' })
      await scope.register(reached, { path: '/hook/health' })
    })
    await app.register(async (scope) => {
      await scope.register(cognitoAuth, { ...alb.options, authoriser })
      await scope.register(reached, { path: '/own' })
    })
    expect(await statusOf('/hook')).toBe(401)
    expect(await statusOf('/hook/health')).toBe(200)
    expect(await statusOf('/own')).toBe(401)
    expect(await statusOf('/own', headers)).toBe(200)
  })
})

describe('is refused when the app starts:', () => {
  test('a second registration in one scope', async () => {
    await protect()
    await expect(protect()).rejects.toEqual(mistake(/registered in this scope already/))
  })

  test('another request.user, registered before', async () => {
    app.decorateRequest('user')
    await expect(protect()).rejects.toEqual(mistake(/Another plugin decorates request\.user/))
  })

  test('another request.user, registered after', async () => {
    await protect()
    expect(() => app.decorateRequest('user')).toThrow(/already been added/)
  })

  test.each(['false', 0, null, 'no'])('protect: %j', async (value) => {
    await expect(protect({ protect: value as unknown as boolean })).rejects.toEqual(mistake(/^protect must be true/))
  })

  test('a bypass of what is not protected', async () => {
    await expect(protect({ protect: false, bypass: ['/health'] })).rejects.toEqual(mistake(/bypass and protect/))
  })

  test('a prefix, which would protect another scope than it says', async () => {
    await expect(protect({ prefix: '/admin' } as object)).rejects.toEqual(mistake(/prefix/))
  })

  test.each([null, 'throw', {}, 1])('an onError that is %j', async (onError) => {
    await expect(protect({ onError } as object)).rejects.toEqual(mistake(/^onError must be a function/))
  })

  test('something else than a CognitoAuth, or options besides one', async () => {
    const auth = new CognitoAuth({ ...alb.options, authoriser })
    await expect(app.register(cognitoAuth, { auth: {} as CognitoAuth })).rejects.toEqual(mistake(/^auth must be/))
    await expect(Fastify().register(cognitoAuth, { auth, clientId: 'x' })).rejects.toEqual(mistake(/auth and clientId/))
  })
})

test('protect: undefined protects', async () => {
  await protect({ protect: undefined })
  await app.register(reached)
  expect(await statusOf('/')).toBe(401)
})

test('takes a CognitoAuth, alone or beside a bypass', async () => {
  const auth = new CognitoAuth({ ...alb.options, authoriser })
  await app.register(cognitoAuth, auth)
  await app.register(reached)
  expect(app.cognitoAuth.core).toBe(auth)
  expect(await statusOf('/')).toBe(401)
  expect(await statusOf('/', headers)).toBe(200)
  renewApp()
  await app.register(cognitoAuth, { auth, bypass: ['/'] })
  await app.register(reached)
  expect(await statusOf('/')).toBe(200)
})

test('getUser throws where nothing protected the route, whatever others wrote to request.user', async () => {
  await protect({ protect: false })
  app.addHook('onRequest', async (request) => {
    request.user = { email: 'forged@example.com', isAdmin: true } as User
  })
  app.get('/', (request) => {
    expect(() => getUser(request)).toThrow(mistake(/Nothing protected this request/) as Error)
    return 'threw'
  })
  app.get('/admin', { onRequest: app.cognitoAuth.requireAdmin() }, () => 'reached')
  app.get('/maybe', { onRequest: app.cognitoAuth.optional() }, (request) => ({ user: request.user ?? null }))
  expect((await app.inject('/')).body).toBe('threw')
  expect(await statusOf('/admin')).toBe(401)
  expect((await app.inject('/maybe')).json()).toEqual({ user: null })
})

describe('bypass compares the path as sent with the path as routed', () => {
  async function withRewrite(rewriteUrl: (url: string) => string, bypass: string[]): Promise<void> {
    renewApp({ rewriteUrl: ({ url = '' }) => rewriteUrl(url) })
    await protect({ bypass })
    app.get('/status', () => 'reached')
    app.get('/v1/status', () => 'reached')
  }

  test.each([
    [['/v1/status'], 401],
    [['/status'], 401],
    [['/v1/status', '/status'], 200],
  ])('with %j on the list and a rewritten path: %i', async (bypass, status) => {
    await withRewrite((url) => url.replace('/v1', ''), bypass)
    expect(await statusOf('/v1/status')).toBe(status)
    expect((await sendRaw(await listen(app), { path: '/v1/status' })).status).toBe(status)
  })

  test('a path that is rewritten to an open one is not open', async () => {
    await withRewrite(() => '/status', ['/status'])
    expect(await statusOf('/secret')).toBe(401)
    expect(await statusOf('/status')).toBe(200)
  })

  test.each<[string, FastifyServerOptions]>([
    ['routerOptions', { routerOptions: { useSemicolonDelimiter: true } as object }],
    ['the option of version 5.0', { useSemicolonDelimiter: true }],
  ])('a semicolon that begins the query, by %s, is no part of the path', async (_, options) => {
    renewApp(options)
    await protect({ bypass: ['/public/*'] })
    app.get('/public/', () => 'protected')
    app.get('/public/:name', () => 'open')
    expect(await statusOf('/public/;x')).toBe(401)
    expect(await statusOf('/public/;/x')).toBe(401)
    expect(await statusOf('/public/a;x')).toBe(200)
  })

  test('a semicolon that begins no query is part of the path', async () => {
    await protect({ bypass: ['/a;b'] })
    app.get('/a;b', () => 'open')
    expect(await statusOf('/a;b')).toBe(200)
  })

  test.each([
    { what: 'a truthy answer', bypass: () => 1 as unknown as boolean, status: 401 },
    { what: 'a promise', bypass: (() => Promise.resolve(true)) as unknown as () => boolean, status: 401 },
    {
      what: 'an exception',
      bypass: () => {
        throw new Error('predicate')
      },
      status: 500,
    },
    { what: 'true', bypass: (request: FastifyRequest) => request.url === '/', status: 200 },
  ])('a predicate with $what answers $status', async ({ bypass, status }) => {
    await protect({ bypass })
    await app.register(reached)
    expect(await statusOf('/')).toBe(status)
  })

  test.each([
    [{ ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false }, '//health'],
    [{ caseSensitive: false }, '/HEALTH'],
    [{ useSemicolonDelimiter: true }, '/health;x'],
    [{}, '/%68ealth'],
  ])('with the router option %j, %s is not the open /health', async (routerOptions, path) => {
    renewApp({ routerOptions } as FastifyServerOptions)
    await protect({ bypass: ['/health'] })
    await app.register(reached, { path: '/health' })
    expect((await sendRaw(await listen(app), { path })).status).toBe(401)
  })
})

test('verifies once for all hooks of a request', async () => {
  await protect()
  const seen: unknown[] = []
  app.get('/', { onRequest: app.cognitoAuth.optional() }, (request) => {
    seen.push(request.user, getUser(request))
    return 'ok'
  })
  await app.inject({ url: '/', headers })
  expect(seen[0]).toBe(seen[1])
})

test('request.user and app.cognitoAuth are typed', () => {
  app.get('/', (request) => {
    expectTypeOf(request.user).toEqualTypeOf<User | undefined>()
    return null
  })
})
