import { CognitoAuth, type User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { polluted, sendRaw, signOutOptions } from '@cognito-auth/testing/behaviour'
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify'
import { beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { cognitoAuth, type FastifyAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen, signedIn } from './apps.js'

let alb: TestAlb
let headers: Record<string, string>
let app: FastifyInstance

beforeAll(async () => {
  alb = await createTestAlb()
  headers = await alb.headersFor(signedIn)
})

beforeEach(() => {
  app = Fastify()
})

async function protect(options: FastifyAuthOptions = {}): Promise<void> {
  await app.register(cognitoAuth, { ...alb.options, authoriser, ...options })
}

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
  app = Fastify()
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
    app = Fastify({ rewriteUrl: ({ url = '' }) => rewriteUrl(url) })
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
    app = Fastify({ routerOptions } as FastifyServerOptions)
    await protect({ bypass: ['/health'] })
    await app.register(reached, { path: '/health' })
    expect((await sendRaw(await listen(app), { path })).status).toBe(401)
  })
})

describe('a refusal', () => {
  test('is sent past the app’s error handler and serialisers', async () => {
    app.setErrorHandler((_, __, reply) => reply.code(418).send('error handler'))
    app.setReplySerializer(() => 'serialised')
    app.addHook('onRequest', async (_, reply) => void reply.serializer(() => 'serialised'))
    app.addHook('preSerialization', async () => 'serialised')
    await protect()
    app.get('/', { schema: { response: { '4xx': { type: 'object', properties: {} } } } }, () => 'reached')
    const response = await app.inject('/')
    expect(response.statusCode).toBe(401)
    expect(response.json()).toMatchObject({ code: 'missing_token' })
    expect(response.headers['content-type']).toBe('application/problem+json')
  })

  test('goes through the app’s onSend hooks, and nothing runs after it', async () => {
    const ran: string[] = []
    app.addHook('onSend', async (_, reply) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      reply.header('x-frame-options', 'DENY')
    })
    await protect()
    app.addHook('onRequest', async () => void ran.push('onRequest'))
    app.addHook('preHandler', async () => void ran.push('preHandler'))
    app.get('/', () => ran.push('handler'))
    const response = await app.inject('/')
    expect(response.headers['x-frame-options']).toBe('DENY')
    expect({ status: response.statusCode, ran }).toEqual({ status: 401, ran: [] })
  })

  test('lets nothing through where an onSend hook throws', async () => {
    app.addHook('onSend', async (_, reply) => {
      if (reply.statusCode === 401) throw new Error('onSend')
    })
    await protect()
    await app.register(reached)
    const response = await app.inject('/')
    expect(response.statusCode).toBe(401)
    expect(response.body).not.toContain('reached')
  })

  test('keeps cookies that were set on the raw response', async () => {
    app.addHook('onRequest', async (_, reply) => {
      reply.raw.setHeader('set-cookie', 'raw=1')
    })
    await protect(signOutOptions)
    const cookies = [(await app.inject({ url: '/sign-out' })).headers['set-cookie']].flat()
    expect(cookies).toHaveLength(5)
    expect(cookies[0]).toBe('raw=1')
  })
})

test.each(['/user', '/core'])('the default error handler sends no message of ours: %s', async (url) => {
  await protect({ protect: false })
  app.get('/user', (request) => getUser(request))
  app.get('/core', (request) => app.cognitoAuth.core.requireUser(request.headers))
  app.get('/own', () => {
    throw new Error('of the app')
  })
  const response = await app.inject({ url, headers: { ...headers, 'x-amzn-oidc-data': 'x.y.z' } })
  expect(Object.keys(response.json<object>()).sort()).toEqual(['code', 'status', 'title', 'type'])
  expect(response.json()).toMatchObject({ status: response.statusCode })
  expect(response.headers['content-type']).toBe('application/problem+json')
  // The app's own errors are left alone.
  expect((await app.inject('/own')).json()).toMatchObject({ message: 'of the app' })
})

test('an error handler of the app gets errors of getUser() as they are', async () => {
  app.setErrorHandler((error: Error & { code?: string }, _, reply) => reply.code(599).send({ code: error.code }))
  await protect({ protect: false })
  app.get('/', (request) => getUser(request))
  expect(await app.inject('/').then(({ statusCode, body }) => [statusCode, body])).toEqual([
    599,
    '{"code":"configuration"}',
  ])
})

test.each<[string, FastifyAuthOptions['onError'], number, string]>([
  ['answers', (_, __, reply) => reply.code(418).send('No entry'), 418, 'No entry'],
  ['answers, and returns nothing', (_, __, reply) => void reply.code(418).send('No entry'), 418, 'No entry'],
  ['answers later', async (_, __, reply) => await reply.code(418).send('No entry'), 418, 'No entry'],
  [
    'returns a body',
    (error, __, reply) => {
      void reply.code(403)
      return { code: 'code' in error ? error.code : '' }
    },
    403,
    '{"code":"missing_token"}',
  ],
  [
    'takes the reply out of Fastify’s hands',
    (_, __, reply) => {
      void reply.hijack()
      reply.raw.writeHead(418).end('No entry')
    },
    418,
    'No entry',
  ],
  ['answers nothing', () => undefined, 401, 'missing_token'],
  ['only sets a status', (_, __, reply) => void reply.code(418), 401, 'missing_token'],
  ['answers nothing, later', async () => undefined, 401, 'missing_token'],
  ['returns null', () => null, 401, 'missing_token'],
  ['returns null, later', async () => null, 401, 'missing_token'],
  ['returns the reply, and sends nothing', (_, __, reply) => reply.code(418), 401, 'missing_token'],
  ['returns a body without a status', () => ({ own: true }), 401, '{"own":true}'],
  ['returns a text without a status', async () => 'No entry', 401, 'No entry'],
  [
    'returns a body of a success, on purpose',
    (_, __, reply) => {
      void reply.status(200)
      return 'No entry'
    },
    200,
    'No entry',
  ],
  ...[false, true, 0, 5, 5n, Symbol('x'), () => 1].map(
    (given): [string, FastifyAuthOptions['onError'], number, string] => [
      `returns a ${typeof given}, ${String(given)}`,
      () => given,
      500,
      'internal_error',
    ],
  ),
  ['returns a boolean, later', async () => await Promise.resolve(true), 500, 'internal_error'],
  [
    'throws',
    () => {
      throw new Error('onError')
    },
    500,
    'internal_error',
  ],
  ['rejects', async () => await Promise.reject(new Error('onError')), 500, 'internal_error'],
  [
    'answers, and throws',
    (_, __, reply) => {
      void reply.code(418).send('No entry')
      throw new Error('onError')
    },
    418,
    'No entry',
  ],
])('an onError that %s ends in its answer', async (_, onError, status, body) => {
  app.addHook('onSend', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2))
  })
  await protect({ onError })
  await app.register(reached)
  const response = await sendRaw(await listen(app), { path: '/' })
  expect(response.status).toBe(status)
  expect(response.body).toContain(body)
})

test.each<[string, string | undefined, string]>([
  ['is not to be kept', undefined, 'no-store'],
  ['is kept as the hook says', 'private', 'private'],
])('a body that an onError returns %s', async (_, cacheControl, expected) => {
  app.addHook('onRequest', async (__, reply) => void reply.header('cache-control', 'public'))
  await protect({
    onError(__, ___, reply) {
      if (cacheControl !== undefined) void reply.header('cache-control', cacheControl)
      return 'No entry'
    },
  })
  await app.register(reached)
  expect((await app.inject('/')).headers['cache-control']).toBe(expected)
})

test('a redirect has no content type', async () => {
  app.addHook('onRequest', async (_, reply) => void reply.type('text/html'))
  await protect({ redirectUrl: '/denied' })
  await app.register(reached)
  const { statusCode, headers: sent, body } = await app.inject({ url: '/', headers: { accept: 'text/html' } })
  expect([statusCode, sent['content-type'], sent['content-length'], body]).toEqual([302, undefined, '0', ''])
})

test('an exception of a later handler goes to the app, not to us', async () => {
  app.setErrorHandler((error: Error, _, reply) => reply.code(599).send(error.message))
  await protect()
  app.get('/', () => {
    throw new Error('handler')
  })
  expect(await app.inject({ url: '/', headers }).then(({ statusCode, body }) => [statusCode, body])).toEqual([
    599,
    'handler',
  ])
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
