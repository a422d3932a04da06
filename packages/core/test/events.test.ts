import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestAlb, FAULTS, type TestAlb, type TestUser } from '@cognito-auth/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RequestUsers } from '../src/adapter/index.js'
import {
  Authoriser,
  CognitoAuth,
  CognitoAuthError,
  type CognitoAuthEvents,
  type CognitoAuthOptions,
} from '../src/index.js'

const CHANNELS = [
  'cognito-auth:authenticated',
  'cognito-auth:rejected',
  'cognito-auth:authorised',
  'cognito-auth:denied',
  'cognito-auth:keys',
  'cognito-auth:config',
] as const satisfies (keyof CognitoAuthEvents)[]

const ada = {
  sub: 'ad000000-0000-4000-8000-000000000000',
  username: 'ada-the-username',
  email: 'ada@example.com',
  name: 'Ada the Name',
  groups: ['the-group'],
} satisfies TestUser

let alb: TestAlb
let folder: string
let seen: [channel: string | symbol, message: unknown][]
const record = (message: unknown, name: string | symbol): void => void seen.push([name, message])

beforeEach(async () => {
  alb = await createTestAlb()
  folder = await mkdtemp(join(tmpdir(), 'events-'))
  seen = []
  for (const name of CHANNELS) subscribe(name, record)
})

afterEach(async () => {
  for (const name of CHANNELS) unsubscribe(name, record)
  vi.useRealTimers()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

function authWith(options: CognitoAuthOptions = {}): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser: null, ...options })
}

function of<Name extends keyof CognitoAuthEvents>(name: Name): unknown[] {
  return seen.filter(([channel]) => channel === name).map(([, message]) => message)
}

describe('of a request', () => {
  test('that is served: who, and why', async () => {
    await authWith().requireUser(await alb.headersFor(ada))
    expect(of('cognito-auth:authenticated')).toEqual([{ sub: ada.sub, mock: false }])
    expect(of('cognito-auth:authorised')).toEqual([{ sub: ada.sub, reason: 'authorisation_disabled' }])
    expect(of('cognito-auth:keys')).toEqual([
      {
        source: 'alb',
        url: `https://public-keys.auth.elb.eu-west-2.amazonaws.com/${alb.albKey.kid}`,
        outcome: 'fetched',
        stale: false,
      },
      { source: 'jwks', url: `${alb.issuer}/.well-known/jwks.json`, outcome: 'fetched', stale: false },
    ])
  })

  test('that is refused: code, reason and status', async () => {
    const auth = authWith()
    await expect(auth.requireUser({})).rejects.toBeInstanceOf(CognitoAuthError)
    await expect(auth.requireUser(await alb.headersFor(ada, { fault: 'wrong_signer' }))).rejects.toBeInstanceOf(
      CognitoAuthError,
    )
    await expect(auth.requireUser(await alb.headersFor(ada, { fault: 'expired' }))).rejects.toBeInstanceOf(
      CognitoAuthError,
    )
    expect(of('cognito-auth:rejected')).toEqual([
      { code: 'missing_token', reason: undefined, status: 401 },
      { code: 'invalid_token', reason: 'signer', status: 401 },
      { code: 'expired_token', reason: undefined, status: 401 },
    ])
    expect(of('cognito-auth:authenticated')).toEqual([])
  })

  test('of somebody who may not come in: authenticated, then denied', async () => {
    const authoriser = Authoriser.fromLists({ allowedGroups: ['others'] })
    await expect(authWith({ authoriser }).requireUser(await alb.headersFor(ada))).rejects.toBeInstanceOf(
      CognitoAuthError,
    )
    expect(of('cognito-auth:authenticated')).toHaveLength(1)
    expect(of('cognito-auth:denied')).toEqual([{ sub: ada.sub, reason: 'denied' }])
    expect(of('cognito-auth:authorised')).toEqual([])
  })

  test('of somebody whose e-mail does not count: a code, and no value', async () => {
    const authoriser = Authoriser.fromLists({ allowedUsers: [ada.email] })
    const unverified = { ...ada, emailVerified: false }
    const error = await authWith({ authoriser })
      .requireUser(await alb.headersFor(unverified))
      .catch((thrown: unknown) => thrown)
    expect(of('cognito-auth:denied')).toEqual([{ sub: ada.sub, reason: 'denied', detail: 'email_not_verified' }])
    expect(error).toMatchObject({ code: 'access_denied', reason: 'email_not_verified' })
  })

  test('that a route refuses: denied too', async () => {
    const request = { headers: await alb.headersFor(ada) }
    const guard = new RequestUsers(authWith(), ({ headers }: typeof request) => headers)
    await expect(guard.requireAdmin(request)).rejects.toBeInstanceOf(CognitoAuthError)
    await expect(guard.requireGroups(request, ['others'])).rejects.toBeInstanceOf(CognitoAuthError)
    expect(of('cognito-auth:denied')).toHaveLength(2)
  })
})

describe('of keys', () => {
  test('that are gone, or out of reach', async () => {
    const auth = authWith()
    await expect(auth.requireUser(await alb.headersFor(ada, { fault: 'unknown_key' }))).rejects.toBeInstanceOf(
      CognitoAuthError,
    )
    alb.goOffline()
    await expect(auth.requireUser(await alb.headersFor(ada))).rejects.toMatchObject({ status: 503 })
    expect(of('cognito-auth:keys')).toMatchObject([
      { source: 'alb', outcome: 'not_found', stale: false },
      { source: 'alb', outcome: 'unavailable', stale: false },
    ])
    expect(of('cognito-auth:rejected')).toMatchObject([{ reason: 'key_not_found' }, { code: 'keys_unavailable' }])
  })

  test('that serve on while AWS is away: stale', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const auth = authWith()
    await auth.requireUser(await alb.headersFor(ada))
    alb.goOffline()
    vi.setSystemTime(Date.now() + 3_601_000)
    await auth.requireUser(await alb.headersFor(ada))
    await vi.waitFor(() => {
      expect(of('cognito-auth:keys')).toContainEqual(expect.objectContaining({ outcome: 'unavailable', stale: true }))
    }, 10_000)
  })

  test('that may not be asked for any more: over budget', async () => {
    const auth = authWith()
    for (let count = 0; count < 21; count += 1) {
      await expect(auth.requireUser(await alb.headersFor(ada, { fault: 'unknown_key' }))).rejects.toBeInstanceOf(
        CognitoAuthError,
      )
    }
    expect(of('cognito-auth:keys').at(-1)).toMatchObject({ outcome: 'over_budget' })
  })
})

describe('of the config', () => {
  test('its source, what came of reading it, and its age', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const path = join(folder, 'auth-config.json')
    expect(() => Authoriser.fromFile(path)).toThrow(expect.objectContaining({ code: 'configuration' }))
    await writeFile(path, '{ "allowed_users": ["ada@example.com"] }')
    const auth = authWith({ authoriser: Authoriser.fromFile(path) })
    const headers = await alb.headersFor(ada)
    await auth.requireUser(headers)
    await writeFile(path, '{ "allowed_us')
    vi.setSystemTime(Date.now() + 301_000)
    await auth.requireUser(await alb.headersFor(ada))
    await vi.waitFor(() => expect(of('cognito-auth:config')).toHaveLength(3), 10_000)
    expect(of('cognito-auth:config')).toEqual([
      { source: `file ${path}`, outcome: 'failed', code: 'configuration', ageSeconds: null },
      { source: `file ${path}`, outcome: 'loaded', code: undefined, ageSeconds: 0 },
      {
        source: `file ${path}`,
        outcome: 'failed',
        code: 'configuration',
        ageSeconds: expect.closeTo(301, 0) as number,
      },
    ])
  })
})

test('no event holds a token, an e-mail address, a name or a group, whatever happens', async () => {
  const headers = await alb.headersFor(ada)
  const auths = [
    authWith(),
    authWith({ authoriser: Authoriser.fromLists({ allowedUsers: [ada.email] }) }),
    authWith({ authoriser: Authoriser.fromLists({ allowedGroups: ['others'], allowedUsers: ['bob@example.com'] }) }),
  ]
  for (const auth of auths) {
    const attempts = [headers, {}, ...(await Promise.all(FAULTS.map((fault) => alb.headersFor(ada, { fault }))))]
    await Promise.allSettled(attempts.map((given) => auth.requireUser(given)))
  }
  const said = JSON.stringify(seen)
  expect(new Set(seen.map(([name]) => name)).size).toBe(5)
  for (const secret of [ada.email, ada.name, ada.username, 'bob@', 'the-group', 'eyJ', 'example.com']) {
    expect(said).not.toContain(secret)
  }
})

test('a message cannot be changed by one subscriber for the next', async () => {
  await authWith().requireUser(await alb.headersFor(ada))
  expect(seen.every(([, message]) => Object.isFrozen(message))).toBe(true)
})

test('a subscriber that throws changes no outcome: Node reports it apart, as an uncaught exception', async () => {
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const uncaught: unknown[] = []
  process.on('uncaughtException', (error) => uncaught.push(error))
  const fails = (): void => {
    throw new Error('a broken logger')
  }
  for (const name of CHANNELS) subscribe(name, fails)
  try {
    const auth = authWith({ authoriser: Authoriser.fromLists({ allowedUsers: [ada.email] }) })
    await expect(auth.requireUser(await alb.headersFor(ada))).resolves.toMatchObject({ sub: ada.sub })
    await expect(auth.requireUser({})).rejects.toMatchObject({ code: 'missing_token' })
    const mallory = await alb.headersFor({ email: 'mallory@example.com' })
    await expect(auth.requireUser(mallory)).rejects.toMatchObject({ code: 'access_denied' })
    await vi.waitFor(() => expect(uncaught.length).toBeGreaterThan(0), 10_000)
    expect(uncaught.every((error) => (error as Error).message === 'a broken logger')).toBe(true)
  } finally {
    for (const name of CHANNELS) unsubscribe(name, fails)
    await new Promise((resolve) => setImmediate(resolve))
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
  }
})
