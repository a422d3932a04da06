import { Authoriser, CognitoAuth, groupRule } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { type ExecutionContext, Logger, UnauthorizedException } from '@nestjs/common'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { CognitoAuthGuard } from '../src/index.js'
import { authoriser, signedIn } from './apps.js'

let alb: TestAlb
let guard: CognitoAuthGuard

beforeAll(async () => {
  alb = await createTestAlb()
  guard = new CognitoAuthGuard(new CognitoAuth({ ...alb.options, authoriser }))
})

beforeEach(() => {
  vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

class Handlers {
  handle(): void {}
}

/** Contexts that no server here makes. */
function context(type: string, ...args: unknown[]): ExecutionContext {
  const made: Partial<ExecutionContext> = {
    getType: <Type extends string>() => type as Type,
    getHandler: () => Handlers.prototype.handle,
    getClass: () => Handlers as never,
    getArgByIndex: <Arg>(index: number) => args[index] as Arg,
    switchToHttp: () => ({
      getRequest: <Request>() => args[0] as Request,
      getResponse: <Response>() => ({ header: () => undefined }) as Response,
      getNext: <Next>() => undefined as Next,
    }),
    switchToWs: () => ({
      getClient: <Client>() => args[0] as Client,
      getData: <Data>() => undefined as Data,
      getPattern: () => '',
    }),
  }
  return made as ExecutionContext
}

test.each(['rpc', 'telegraf', ''])('a handler of type %j is refused, and the error says why', async (type) => {
  await expect(guard.canActivate(context(type, { headers: await alb.headersFor(signedIn) }))).rejects.toThrow(
    /HTTP, GraphQL and WebSocket handlers/,
  )
})

test('the mistake is in the log, since Nest does not log exceptions of HTTP', async () => {
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)
  await expect(guard.canActivate(context('http', {}))).rejects.toMatchObject({ status: 500 })
  expect(error).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'configuration' }))
})

test('a refusal is no mistake: strangers do not fill the log', async () => {
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)
  await expect(guard.canActivate(context('http', { headers: {} }))).rejects.toMatchObject({ status: 401 })
  expect(error).not.toHaveBeenCalled()
})

test.each([
  { what: 'a message is logged once: a queue sends it again', type: 'telegraf-2', times: 1 },
  { what: 'a request each time', type: 'http', times: 2 },
])('the mistake of $what', async ({ type, times }) => {
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)
  for (let sent = 0; sent < 2; sent += 1) await guard.canActivate(context(type, {})).catch(() => undefined)
  expect(error).toHaveBeenCalledTimes(times)
})

test('a request may use the tolerance for clocks, what goes on after it may not', async () => {
  const exp = Math.floor(Date.now() / 1000) - 1
  const accessToken = await alb.signAccessToken({ user: signedIn, claims: { exp } })
  const headers = { ...(await alb.headersFor(signedIn)), 'x-amzn-oidc-accesstoken': accessToken }
  await expect(guard.canActivate(context('http', { headers }))).resolves.toBe(true)
  const operation = { extra: { request: { headers }, socket: { close: () => undefined } } }
  await expect(guard.canActivate(context('graphql', undefined, undefined, operation))).rejects.toThrow('Unauthorized')
})

test('what an app of its own threw is not in the log: it may hold a whole request', async () => {
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)
  class Lookup extends Authoriser {
    override async authorise(): Promise<never> {
      throw Object.assign(new RangeError('no answer for dev@example.com'), { config: { headers: {} } })
    }
  }
  const own = new CognitoAuth({ ...alb.options, authoriser: new Lookup({ rules: [groupRule(['developers'])] }) })
  const asked = new CognitoAuthGuard(own).canActivate(context('http', { headers: await alb.headersFor(signedIn) }))
  await expect(asked).rejects.toMatchObject({ status: 500 })
  expect(error).toHaveBeenCalledExactlyOnceWith('unexpected RangeError')
})

test('a GraphQL context that requests share does not share their users', async () => {
  const shared = { req: { headers: await alb.headersFor(signedIn) } }
  await expect(guard.canActivate(context('graphql', null, {}, shared))).resolves.toBe(true)
  Object.assign(shared, { req: { headers: {} } })
  await expect(guard.canActivate(context('graphql', null, {}, shared))).rejects.toBeInstanceOf(UnauthorizedException)
})

test.each([
  { driver: 'Apollo', of: (request: object) => ({ req: request }) },
  { driver: 'Yoga', of: (request: object) => ({ request }) },
  { driver: 'Mercurius', of: (request: object) => ({ reply: { request } }) },
  { driver: 'graphql-ws', of: (request: object) => ({ extra: { request }, connectionParams: { headers: {} } }) },
  { driver: 'graphql-ws under Apollo', of: (request: object) => ({ req: { extra: { request } } }) },
])('the request is found in the GraphQL context of $driver', async ({ of }) => {
  const headers = new Headers(await alb.headersFor(signedIn))
  await expect(guard.canActivate(context('graphql', null, {}, of({ headers })))).resolves.toBe(true)
  await expect(guard.canActivate(context('graphql', null, {}, of({ headers: new Headers() })))).rejects.toBeInstanceOf(
    UnauthorizedException,
  )
})

test.each([
  { form: "Node's record", of: (headers: Record<string, string>) => ({ ...headers, upgrade: 'websocket' }) },
  { form: 'a record in another case', of: (headers: Record<string, string>) => ({ ...headers, Upgrade: 'websocket' }) },
  { form: 'Fetch Headers', of: (headers: Record<string, string>) => new Headers({ ...headers, upgrade: 'websocket' }) },
])('an operation of a connection with $form is refused once the access token has expired', async ({ of }) => {
  const upgrade = { headers: of(await alb.headersFor(signedIn)) }
  for (const operation of [
    context('graphql', null, {}, { req: upgrade }),
    context('graphql', null, {}, { extra: { request: upgrade } }),
  ]) {
    vi.useRealTimers()
    await expect(guard.canActivate(operation)).resolves.toBe(true)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    // The load balancer's token has expired; the user's has not.
    await expect(guard.canActivate(operation)).resolves.toBe(true)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    await expect(guard.canActivate(operation)).rejects.toMatchObject({ cause: { code: 'expired_token' } })
  }
})

test.each([
  { driver: 'graphql-ws', of: (extra: object) => ({ extra }) },
  { driver: 'graphql-ws under Apollo', of: (extra: object) => ({ req: { extra } }) },
])('a connection of $driver is ended once when the access token expires', async ({ of }) => {
  const close = vi.fn<(code: number, reason: string) => void>()
  const request = { headers: await alb.headersFor(signedIn) }
  const operation = context('graphql', null, {}, of({ request, socket: { close, once: () => undefined } }))
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  await expect(guard.canActivate(operation)).resolves.toBe(true)
  await expect(guard.canActivate(operation)).resolves.toBe(true)
  vi.advanceTimersByTime(3_500_000)
  expect(close).not.toHaveBeenCalled()
  vi.advanceTimersByTime(200_000)
  expect(close.mock.calls).toEqual([[4401, 'expired']])
})

const info = { fieldName: 'news', parentType: {}, schema: {}, operation: { operation: 'subscription' } }
const query = { ...info, operation: { operation: 'query' } }

test.each([
  { server: 'Express', of: (stream: object, request: object) => ({ req: { ...request, res: stream } }) },
  { server: 'Yoga', of: (stream: object, request: object) => ({ req: request, res: stream }) },
  {
    server: 'Fastify',
    of: (stream: object, request: object) => ({ reply: { request: { raw: request }, raw: stream } }),
  },
  {
    server: 'another, by its socket',
    of: (stream: object, request: object) => ({ req: { ...request, socket: stream } }),
  },
])('a subscription over HTTP is ended when the access token expires: $server', async ({ of }) => {
  const destroy = vi.fn<() => void>()
  const request = { headers: await alb.headersFor(signedIn) }
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  const operation = of({ destroy, write: () => true, end: () => undefined, once: () => undefined }, request)
  await expect(guard.canActivate(context('graphql', null, {}, operation, query))).resolves.toBe(true)
  vi.advanceTimersByTime(3_700_000)
  expect(destroy).not.toHaveBeenCalled()
  vi.setSystemTime(Date.now() - 3_700_000)
  await expect(guard.canActivate(context('graphql', null, {}, operation, info))).resolves.toBe(true)
  vi.advanceTimersByTime(3_500_000)
  expect(destroy).not.toHaveBeenCalled()
  vi.advanceTimersByTime(200_000)
  expect(destroy).toHaveBeenCalledTimes(1)
})

test('an operation by its request alone, on a connection, ends it', async () => {
  const destroy = vi.fn<() => void>()
  const headers = { ...(await alb.headersFor(signedIn)), upgrade: 'websocket' }
  const request = { headers, socket: { destroy, write: () => true, end: () => undefined, once: () => undefined } }
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  await expect(guard.canActivate(context('graphql', null, {}, { req: request }, query))).resolves.toBe(true)
  vi.advanceTimersByTime(3_700_000)
  expect(destroy).toHaveBeenCalledTimes(1)
})

test('arguments of a client are never taken for the context', async () => {
  const forged = { req: { headers: await alb.headersFor(signedIn) } }
  const asked = guard.canActivate(context('graphql', null, forged, { req: { headers: {} } }, info))
  await expect(asked).rejects.toBeInstanceOf(UnauthorizedException)
})

test('a connection whose socket is not shown, or cannot be closed, goes on until its next operation', async () => {
  const close = vi.fn<() => void>()
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  for (const socket of [undefined, null, 'x', {}, { close }]) {
    const request = { headers: await alb.headersFor(signedIn) }
    const operation = context('graphql', null, {}, { extra: { request, socket } })
    await expect(guard.canActivate(operation)).resolves.toBe(true)
    vi.advanceTimersByTime(3_700_000)
    await expect(guard.canActivate(operation)).rejects.toMatchObject({ cause: { code: 'expired_token' } })
  }
  expect(close).not.toHaveBeenCalled()
})

test('a connection that has lost its Upgrade header, as with HTTP/2, is one all the same', async () => {
  const operation = context('graphql', null, {}, { extra: { request: { headers: await alb.headersFor(signedIn) } } })
  await expect(guard.canActivate(operation)).resolves.toBe(true)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 4_200_000 })
  await expect(guard.canActivate(operation)).rejects.toMatchObject({ cause: { code: 'expired_token' } })
})

test.each([undefined, null, 'x', {}, { req: null }, { connectionParams: { headers: {} } }])(
  'the GraphQL context %j has no request: refused',
  async (operation) => {
    await expect(guard.canActivate(context('graphql', null, {}, operation))).rejects.toMatchObject({ status: 500 })
  },
)

test.each([
  { what: 'of ws', socketOf: (end: () => void) => ({ auth: {}, close: end }), ended: 1 },
  { what: 'of Socket.IO', socketOf: (end: () => void) => ({ request: { headers: {} }, disconnect: end }), ended: 1 },
  { what: 'of another kind', socketOf: () => ({ auth: {}, send: () => undefined }), ended: 0 },
])('a socket $what whose handshake nobody saw is refused, and ended', async ({ socketOf, ended }) => {
  const end = vi.fn<() => void>()
  await expect(guard.canActivate(context('ws', socketOf(end)))).rejects.toMatchObject({
    error: { status: 500, code: 'configuration' },
  })
  expect(end).toHaveBeenCalledTimes(ended)
})
