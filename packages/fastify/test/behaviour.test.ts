import type { TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  BehaviourApps,
  EARLIER_COOKIE,
  makerNames,
  middlewareRows,
  mistakes,
  runMistake,
  runUncalled,
  signOutOptions,
  variantOptions,
} from '@cognito-auth/testing/behaviour'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { type AuthHook, cognitoAuth, type FastifyAuth, type FastifyAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen } from './apps.js'

const own: Record<AppVariant, FastifyAuthOptions> = {
  ...variantOptions,
  local: {
    ...variantOptions.local,
    onError: (_, request, reply) => (request.headers['x-own'] ? reply.code(418).send() : undefined),
  },
}

describe('the behaviour of every adapter', () => {
  function addRoutes(app: FastifyInstance): void {
    const email = (request: FastifyRequest): object => ({ email: getUser(request).email })
    app.get('/health', () => ({ ok: true }))
    app.all('/', (request) => {
      const { email, groups, isAdmin } = getUser(request)
      return { email, groups, isAdmin }
    })
    app.get('/admins', { onRequest: app.cognitoAuth.requireGroups('admins') }, email)
    app.get('/admin', { onRequest: app.cognitoAuth.requireAdmin() }, email)
    app.get('/scopes', { onRequest: app.cognitoAuth.requireScopes('my-api/read') }, () => ({ ok: true }))
    app.get('/boom', () => {
      throw new Error('boom')
    })
  }

  async function appOf(variant: AppVariant, alb: TestAlb): Promise<FastifyInstance> {
    const app = Fastify()
    const options = { ...alb.options, authoriser, ...own[variant] }
    if (variant === 'optional') {
      await app.register(cognitoAuth, { ...options, protect: false })
      app.get('/maybe', { onRequest: app.cognitoAuth.optional() }, (request) => ({
        email: request.user?.email ?? null,
      }))
      return app
    }
    if (variant !== 'signOut') {
      await app.register(cognitoAuth, { ...options, bypass: ['/health'] })
      addRoutes(app)
      return app
    }
    app.addHook('onRequest', async (_, reply) => void reply.header('set-cookie', EARLIER_COOKIE))
    // Hooks of a route run after those of its scope: routes that are open have a scope of their own.
    await app.register(async (open) => {
      await open.register(cognitoAuth, { ...options, protect: false })
      const never = (): never => expect.unreachable()
      open.all('/logout', { onRequest: open.cognitoAuth.logout() }, never)
      open.all('/help', { onRequest: open.cognitoAuth.logout({ returnTo: signOutOptions.logoutUrls[1] }) }, never)
    })
    await app.register(async (scope) => {
      await scope.register(cognitoAuth, { ...options, bypass: ['/health'] })
      addRoutes(scope)
      scope.setNotFoundHandler((_, reply) => reply.code(404).send('not found'))
    })
    return app
  }

  const apps = new BehaviourApps(async (variant, alb) => await listen(await appOf(variant, alb)))

  test.each(middlewareRows)('$app: $what', async (row) => {
    expect(await apps.run(row)).toEqual([])
  })

  test.each(makerNames)('%s, given to a router uncalled, answers 500', async (name) => {
    const differences = await runUncalled(async (options) => {
      const app = Fastify()
      await app.register(cognitoAuth, { ...options, authoriser, protect: false })
      app.get('/', { onRequest: app.cognitoAuth[name] as unknown as AuthHook }, () => 'open')
      return await listen(app)
    })
    expect(differences).toEqual([])
  })
})

test.each(mistakes)('$what is told at start', async (mistake) => {
  const create = async (options: object): Promise<FastifyAuth> => {
    const app = Fastify()
    await app.register(cognitoAuth, { authoriser, protect: false, ...options })
    return app.cognitoAuth
  }
  expect(await runMistake(mistake, create)).toEqual([])
})
