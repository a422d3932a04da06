import { createTestAlb, type TestAlb, type TestUser } from '@cognito-auth/testing'
import { polluted } from '@cognito-auth/testing/behaviour'
import type { ALBEvent, ALBResult, Context } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import {
  type AlbEvent,
  type AlbResult,
  CognitoAuth,
  createLambdaAuth,
  type LambdaAuth,
  type LambdaAuthOptions,
  type User,
} from '../src/index.js'
import { eventOf, type Mode } from './serve.js'

const ada: TestUser = { email: 'ada@example.com', groups: ['developers'] }
const signOut = { cognitoDomain: 'my.auth.example.com', logoutUrls: ['https://app.example/'], signOutPath: '/logout' }
const healthCheck = { 'user-agent': 'ELB-HealthChecker/2.0' }

let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.restoreAllMocks()
})

function authWith(options: LambdaAuthOptions = {}): LambdaAuth<User | null> {
  return createLambdaAuth({ ...alb.options, authoriser: null, ...options } as LambdaAuthOptions & { bypass: string[] })
}

interface Asked {
  readonly url?: string
  readonly mode?: Mode
  readonly headers?: Record<string, string>
}

async function eventFor(user?: TestUser, { url = '/', mode = 'multi', headers = {} }: Asked = {}): Promise<AlbEvent> {
  const all = { ...(user && (await alb.headersFor(user))), ...headers }
  return eventOf({ method: 'GET', url, rawHeaders: Object.entries(all).flat() }, mode)
}

test('a polluted Object.prototype opens no path', async () => {
  const handler = polluted({ bypass: ['/admin'] }, () => authWith().withUser(ok))
  expect(await handler(await eventFor(undefined, { url: '/admin' }), {} as Context)).toMatchObject({ statusCode: 401 })
})

const ok = (): AlbResult => ({ statusCode: 200, body: 'ok' })

describe.each(['single', 'multi'] as const)('answers in %s-value mode', (mode) => {
  const form = mode === 'single' ? 'headers' : 'multiValueHeaders'
  const other = mode === 'single' ? 'multiValueHeaders' : 'headers'

  /** The values of a header, as a load balancer reads the answer. */
  function valuesOf(result: AlbResult, wanted: string): unknown[] {
    expect(result).not.toHaveProperty(other)
    return Object.entries(result[form] ?? {})
      .filter(([name]) => name.toLowerCase() === wanted)
      .flatMap(([, value]) => value)
  }

  test.each<[string, AlbResult]>([
    ['headers', { statusCode: 200, headers: { 'X-A': 'b', 'Set-Cookie': 'a=1' } }],
    ['multiValueHeaders', { statusCode: 200, multiValueHeaders: { 'X-A': ['b'], 'Set-Cookie': ['a=1'] } }],
    ['both', { statusCode: 200, headers: { 'x-a': 'b' }, multiValueHeaders: { 'X-A': ['b'], 'set-cookie': ['a=1'] } }],
    ['letter cases', { statusCode: 200, headers: { 'x-a': 'b', 'X-A': 'b', 'Set-Cookie': 'a=1' } }],
  ])('are in the form of the event, written in %s', async (_, answer) => {
    const result = await authWith().withUser(() => answer)(await eventFor(ada, { mode }), {})
    expect(valuesOf(result, 'set-cookie')).toEqual(['a=1'])
    expect(valuesOf(result, 'x-a')).toEqual(['b'])
  })

  test.each<[string, object]>([
    ['null for either form', { headers: null, multiValueHeaders: { 'x-a': ['b'], 'set-cookie': ['a=1'] } }],
    ['null for the other', { headers: { 'x-a': 'b', 'set-cookie': 'a=1' }, multiValueHeaders: null }],
    ['undefined for a header', { headers: { 'x-a': 'b', 'set-cookie': 'a=1', 'x-none': undefined, 'x-null': null } }],
    ['one value for a list', { multiValueHeaders: { 'x-a': 'b', 'set-cookie': ['a=1', undefined] } }],
    ['a list for one value', { headers: { 'x-a': ['b'], 'set-cookie': ['a=1'] } }],
  ])('are what JavaScript means that writes %s', async (_, headers) => {
    const answer = { statusCode: 200, ...headers } as AlbResult
    const result = await authWith().withUser(() => answer)(await eventFor(ada, { mode }), {})
    expect(valuesOf(result, 'set-cookie')).toEqual(['a=1'])
    expect(valuesOf(result, 'x-a')).toEqual(['b'])
    expect(Object.keys(result[form] ?? {}).toSorted()).toEqual(['set-cookie', 'x-a'])
  })

  test('keep every cookie and every value', async () => {
    const cookies = Array.from({ length: 20 }, (_, index) => `c${index}=a, b; Path=/`)
    const answer: AlbResult = { statusCode: 200, multiValueHeaders: { 'set-cookie': cookies, vary: ['a', 'b'] } }
    const result = await authWith().withUser(() => answer)(await eventFor(ada, { mode }), {})
    expect(valuesOf(result, 'set-cookie')).toEqual(cookies)
    expect(valuesOf(result, 'vary')).toEqual(mode === 'single' ? ['a, b'] : ['a', 'b'])
  })

  test('sign out with all four cookies expired, whoever asks', async () => {
    const inner = vi.fn<() => AlbResult>(ok)
    const handler = authWith(signOut).withUser(inner)
    for (const user of [ada, undefined]) {
      for (const url of ['/logout', '/logout/', '/logout?x=1']) {
        const result = await handler(await eventFor(user, { url, mode, headers: { accept: 'text/html' } }), {})
        expect([result.statusCode, valuesOf(result, 'set-cookie').length]).toEqual([302, 4])
      }
    }
    expect(inner).not.toHaveBeenCalled()
  })

  test('are in that form from onError, too', async () => {
    const onError = (): AlbResult => ({ statusCode: 418, headers: { 'set-cookie': 'a=1' } })
    const result = await authWith({ onError }).withUser(ok)(await eventFor(undefined, { mode }), {})
    expect([result.statusCode, valuesOf(result, 'set-cookie')]).toEqual([418, ['a=1']])
  })

  test.each<[string, AlbResult]>([
    ['of another letter case', { statusCode: 418, headers: { 'X-Cognito-Auth-Reason': 'x' } }],
    ['in the other form', { statusCode: 418, multiValueHeaders: { 'X-COGNITO-AUTH-REASON': ['x', 'y'] } }],
  ])('have our reason behind a local load balancer, and none of an onError %s', async (_, answer) => {
    const { withUser } = authWith({ localAlb: 'http://localhost:8080', onError: () => answer })
    const result = await withUser(ok)(await eventFor(undefined, { mode }), {})
    expect([result.statusCode, valuesOf(result, 'x-cognito-auth-reason')]).toEqual([418, ['missing_token']])
  })
})

test('the 300th cookie has a spelling of its own in single-header mode, and the 513th is refused', async () => {
  const cookies = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}=1`)
  const answer = (count: number): AlbResult => ({
    statusCode: 200,
    multiValueHeaders: { 'set-cookie': cookies(count) },
  })
  const event = await eventFor(ada, { mode: 'single' })
  const { headers } = await authWith().withUser(() => answer(300))(event, {})
  expect(Object.values(headers ?? {})).toEqual(cookies(300))
  await expect(authWith().withUser(() => answer(513))(event, {})).rejects.toThrow(RangeError)
})

describe('a handler', () => {
  test('is given the event, the user, and the context of the call', async () => {
    const handler = authWith().withUser((event, { user, context }) => ({
      statusCode: 200,
      body: JSON.stringify([event.path, user?.email, context]),
    }))
    const { body } = await handler(await eventFor(ada, { url: '/x' }), { awsRequestId: 'id' })
    expect(JSON.parse(body ?? '')).toEqual(['/x', ada.email, { awsRequestId: 'id' }])
  })

  test('that throws is the app’s: nothing is answered in its place', async () => {
    const mine = new Error('mine')
    const handler = authWith({ onError: ok }).withUser(() => Promise.reject(mine))
    await expect(handler(await eventFor(ada), {})).rejects.toBe(mine)
  })

  test.each([
    { demands: {}, expected: [401, 200] },
    { demands: { groups: ['developers', 'x'] }, expected: [401, 200] },
    { demands: { admin: false }, expected: [401, 200] },
    { demands: { groups: ['admins'] }, expected: [401, 403] },
    { demands: { admin: true }, expected: [401, 403] },
    { demands: { groups: ['developers'], admin: true }, expected: [401, 403] },
  ])('of which $demands is asked answers nobody and a developer with $expected', async ({ demands, expected }) => {
    const inner = vi.fn<() => AlbResult>(ok)
    const handler = authWith().withUser(inner, demands)
    const answers = [await handler(await eventFor(), {}), await handler(await eventFor(ada), {})]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(expected)
    expect(inner).toHaveBeenCalledTimes(expected.filter((status) => status === 200).length)
  })

  test.each([undefined, null, 'x', {}, { source: 'aws.events', detail: {} }, { version: '2.0', rawPath: '/health' }])(
    'is not run for %j, which no load balancer sent',
    async (event) => {
      const inner = vi.fn<() => AlbResult>(ok)
      const handler = authWith({ bypass: ['/health'] }).withUser(inner)
      await expect(handler(event as unknown as AlbEvent, {})).rejects.toMatchObject({ code: 'configuration' })
      expect(inner).not.toHaveBeenCalled()
    },
  )
})

describe('a health check of the load balancer', () => {
  test('is open by its path', async () => {
    const { withUser } = authWith({ bypass: ['/health'] })
    const handler = withUser((_, { user }) => ({ statusCode: 200, body: String(user) }))
    const event = await eventFor(undefined, { url: '/health', mode: 'single', headers: healthCheck })
    expect(await handler(event, {})).toMatchObject({ statusCode: 200, body: 'null' })
  })

  test.each(['/', '/healthz', '/health/../', '/%68ealth', '//health', '/x?/health'])(
    'is not known by its User-Agent: %s',
    async (url) => {
      const handler = authWith({ bypass: ['/health'] }).withUser(ok)
      const event = await eventFor(undefined, { url, mode: 'single', headers: healthCheck })
      expect((await handler(event, {})).statusCode).toBe(401)
    },
  )
})

describe('onError', () => {
  test.each<[string, LambdaAuthOptions['onError'], number]>([
    ['answers', () => ({ statusCode: 418 }), 418],
    ['answers later', async () => await Promise.resolve({ statusCode: 418 }), 418],
    ['answers nothing', () => undefined, 401],
    ['answers null', () => null, 401],
    ['throws', () => Promise.reject(new Error('x')), 500],
    ['answers with something else', () => true as never, 500],
    ...[200, 599].map((statusCode): [string, LambdaAuthOptions['onError'], number] => [
      `answers with ${statusCode} as statusCode`,
      () => ({ statusCode }),
      statusCode,
    ]),
    ...[Number.NaN, 0, 99, 199, 200.5, 600, Infinity, '403'].map(
      (statusCode): [string, LambdaAuthOptions['onError'], number] => [
        `answers with ${typeof statusCode} ${statusCode} as statusCode`,
        () => ({ statusCode }) as AlbResult,
        500,
      ],
    ),
  ])('that %s ends in its answer', async (_, onError, status) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    expect((await authWith({ onError }).withUser(ok)(await eventFor(), {})).statusCode).toBe(status)
  })

  test('is told the error and the event', async () => {
    const onError = vi.fn<NonNullable<LambdaAuthOptions['onError']>>(() => undefined)
    const event = await eventFor()
    await authWith({ onError }).withUser(ok)(event, {})
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'missing_token' }), event)
  })
})

test.each([
  { what: 'an unknown option', make: () => authWith({ byPass: [] } as object) },
  { what: 'an onError that is no function', make: () => authWith({ onError: 'throw' } as object) },
  { what: 'a path that is none', make: () => authWith({ bypass: ['health'] }) },
  { what: 'a signOutPath that is bypassed', make: () => authWith({ ...signOut, bypass: ['/logout'] }) },
  { what: 'no handler', make: () => authWith().withUser(undefined as never) },
  { what: 'an unknown demand', make: () => authWith().withUser(ok, { group: ['a'] } as object) },
  { what: 'groups that are undefined', make: () => authWith().withUser(ok, { groups: undefined } as object) },
  { what: 'no groups', make: () => authWith().withUser(ok, { groups: [] }) },
  { what: 'one group that is no list', make: () => authWith().withUser(ok, { groups: 'admins' } as object) },
  { what: 'admin that is undefined', make: () => authWith().withUser(ok, { admin: undefined } as object) },
  { what: 'admin that is no boolean', make: () => authWith().withUser(ok, { admin: 'yes' } as object) },
])('refuses $what at once', ({ make }) => {
  expect(make).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test('takes a CognitoAuth, and the types are those of @types/aws-lambda', () => {
  const core = new CognitoAuth({ ...alb.options, authoriser: null })
  const { withUser, core: same } = createLambdaAuth(core)
  expect(same).toBe(core)
  const typed = withUser(async (event: ALBEvent, { context }: { context: Context }): Promise<ALBResult> => {
    return await Promise.resolve({ statusCode: 200, body: event.path + context.awsRequestId })
  })
  expectTypeOf(typed).toExtend<(event: ALBEvent, context: Context) => Promise<AlbResult>>()
  withUser((_, { user }) => {
    expectTypeOf(user).toEqualTypeOf<User>()
    return { statusCode: 200 }
  })
  createLambdaAuth({ ...alb.options, authoriser: null, bypass: ['/health'] }).withUser((_, { user }) => {
    expectTypeOf(user).toEqualTypeOf<User | null>()
    return { statusCode: 200 }
  })
})
