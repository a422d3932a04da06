import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  bearerOptions,
  bearerRows,
  behaviourRows,
  EARLIER_COOKIE,
  earlierCookieRows,
  handlerRows,
  localOptions,
  logoutRows,
  makerNames,
  mistakes,
  pageRows,
  rawPathRows,
  reasonRows,
  REDIRECT_URL,
  runRow,
  sendRaw,
  signOutOptions,
  signOutRows,
} from '@cognito-auth/testing/behaviour'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { beforeAll, describe, expect, test } from 'vitest'
import { type AuthHook, cognitoAuth, type FastifyAuth, type FastifyAuthOptions, getUser } from '../src/index.js'
import { authoriser, listen } from './apps.js'

const own: Record<AppVariant, FastifyAuthOptions> = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  optional: { redirectUrl: REDIRECT_URL },
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: {
    ...localOptions,
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

  const shared = new Map<AppVariant, { origin: string; alb: TestAlb }>()

  async function start(variant: AppVariant): Promise<{ origin: string; alb: TestAlb }> {
    const alb = await createTestAlb()
    return { alb, origin: await listen(await appOf(variant, alb)) }
  }

  beforeAll(async () => {
    for (const variant of Object.keys(own) as AppVariant[]) shared.set(variant, await start(variant))
  })

  test.each([
    ...behaviourRows,
    ...pageRows,
    ...rawPathRows,
    ...handlerRows,
    ...signOutRows,
    ...logoutRows,
    ...earlierCookieRows,
    ...bearerRows,
    ...reasonRows,
  ])('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(row, app)).toEqual([])
  })

  test.each(makerNames)('%s, given to a router uncalled, answers 500', async (name) => {
    const alb = await createTestAlb()
    const app = Fastify()
    await app.register(cognitoAuth, { ...alb.options, authoriser, ...signOutOptions, protect: false })
    app.get('/', { onRequest: app.cognitoAuth[name] as unknown as AuthHook }, () => 'open')
    const { status, body } = await sendRaw(await listen(app), { path: '/' })
    expect({ status, isOpen: body === 'open' }).toEqual({ status: 500, isOpen: false })
  })
})

test.each(mistakes)('$what is told at start', async ({ make, message }) => {
  const alb = await createTestAlb()
  const makers = async (options: object): Promise<FastifyAuth> => {
    const app = Fastify()
    await app.register(cognitoAuth, { ...alb.options, authoriser, protect: false, ...options })
    return app.cognitoAuth
  }
  // Plugins are asynchronous: the options are found first, then the makers are made, then the mistake.
  let options = {}
  try {
    make((given) => {
      options = given
      throw new Error('asked')
    })
  } catch {
    // Only the options were wanted.
  }
  const mistake = expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) as unknown })
  await expect(makers(options).then((auth) => make(() => auth))).rejects.toEqual(mistake)
})
