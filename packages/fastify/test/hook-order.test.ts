/** What was registered before the plugin, and would answer in a hook of its own. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { app, headers, protect, useFreshApp } from './fresh-app.js'

useFreshApp()

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void

/** A hook that answers one path, of a name. */
function answering(path: string, name = 'hook'): Hook {
  const hook: Hook = (request, reply, done) => {
    if (request.url === path) void reply.send('answered')
    else done()
  }
  return Object.defineProperty(hook, 'name', { value: name })
}

/** As `@fastify/middie` and `@fastify/express` do: one hook for all middleware, added before or after. */
async function withMiddleware(scope: FastifyInstance, name: string): Promise<void> {
  scope.decorate('use', () => undefined)
  scope.addHook('onRequest', answering('/file', name))
  await scope.after()
}

async function statuses(path: string): Promise<number[]> {
  const given = [{}, headers].map(async (sent) => (await app.inject({ url: path, headers: sent })).statusCode)
  return await Promise.all(given)
}

describe('middleware', () => {
  test.each(['runMiddie', 'enhanceRequest', 'runConnect', 'a'])('is behind the plugin, run by %s()', async (name) => {
    await withMiddleware(app, name)
    await protect()
    expect(await statuses('/file')).toEqual([401, 200])
  })

  test('is behind the plugin where tracing wraps hooks', async () => {
    const addHook = Reflect.get(app, 'addHook')
    // As `@fastify/otel` does.
    const wrapping = (name: string, hook: Hook): unknown => {
      const wrapped: Hook = (...given) => hook(...given)
      return Reflect.apply(addHook, app, [name, name === 'onRequest' ? wrapped : hook])
    }
    Reflect.set(app, 'addHook', wrapping)
    await withMiddleware(app, 'runMiddie')
    await protect()
    expect(await statuses('/file')).toEqual([401, 200])
  })

  test('of a scope below is behind the plugin', async () => {
    await app.register(async (scope) => {
      await withMiddleware(scope, 'runMiddie')
      scope.get('/file', () => 'never')
    })
    await protect()
    expect(await statuses('/file')).toEqual([401, 200])
  })

  test('that was there before a scope below is behind the plugin', async () => {
    await withMiddleware(app, 'runMiddie')
    await app.register(async (scope) => {
      scope.get('/file', () => 'never')
    })
    await protect()
    expect(await statuses('/file')).toEqual([401, 200])
  })

  test('does not start where this Fastify keeps its hooks elsewhere', async () => {
    app.decorate('use', () => undefined)
    const [symbol] = Object.getOwnPropertySymbols(app).filter(({ description }) => description === 'fastify.hooks')
    if (symbol === undefined) throw new Error('no hooks')
    const kept = Reflect.get(app, symbol) as unknown
    // The plugin is asked right after its own hook was added.
    Reflect.set(app, symbol, Object.assign(Object.create(kept as object), { onRequest: undefined }))
    Reflect.set(Reflect.get(app, symbol) as object, 'add', () => undefined)
    await expect(protect()).rejects.toThrow('Register cognitoAuth before @fastify/middie')
  })
})

test('hooks of a scope below, registered before, are behind the plugin', async () => {
  await app.register(async (scope) => {
    scope.addHook('onRequest', answering('/below'))
    scope.get('/below', () => 'never')
  })
  await protect()
  expect(await statuses('/below')).toEqual([401, 200])
})

test('hooks of the scope itself run in their order: CORS preflights are answered before', async () => {
  app.addHook('onRequest', answering('/preflight'))
  await app.register(async (scope) => {
    scope.get('/preflight', () => 'never')
  })
  await protect()
  expect(await statuses('/preflight')).toEqual([200, 200])
})

test('hooks before middleware stay before it', async () => {
  app.addHook('onRequest', answering('/preflight'))
  await withMiddleware(app, 'runMiddie')
  await protect()
  expect(await statuses('/preflight')).toEqual([200, 200])
  expect(await statuses('/file')).toEqual([401, 200])
})
