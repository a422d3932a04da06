import { sendRaw, signOutOptions } from '@cognito-auth/testing/behaviour'
import { type FastifyPluginAsync } from 'fastify'
import { describe, expect, test } from 'vitest'
import { type FastifyAuthOptions, getUser } from '../src/index.js'
import { listen } from './apps.js'
import { app, headers, protect, useFreshApp } from './fresh-app.js'

useFreshApp()

const reached: FastifyPluginAsync<{ path?: string }> = async (scope, { path = '/' }) => {
  scope.get(path, () => 'reached')
}

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
