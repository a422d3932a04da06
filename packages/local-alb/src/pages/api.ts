/**
 * The HTTP API, for test suites in any language: faults, keys, users, signing in, and what was sent.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, MAX_BODY_BYTES, smallBody } from '../html/answers.js'
import { browserCookies, type BrowserCookie, sessionHeader, sessionIdOf } from '../sessions/cookies.js'
import { nearest } from '../options/nearest.js'
import { readable } from '../tokens/decode.js'
import type { AlbState } from '../sessions/state.js'
import { offsetOf } from '../options/time.js'
import { idOf, LocalAlbError, type MockUser, parseUser, parseUsers } from '../options/users.js'

const API_PATH = '/_local-alb/api/'

/** A session that no browser has begun. */
export interface SignedIn {
  /** A `Cookie` header. */
  readonly cookie: string
  /** The same for a browser: `context.addCookies(cookies)` in Playwright. */
  readonly cookies: readonly BrowserCookie[]
}

/**
 * The user that is meant: one on the list by e-mail, any other e-mail, or a whole user.
 *
 * @throws {LocalAlbError} when it is no user.
 */
export function findUser(state: AlbState, user: unknown): MockUser {
  if (typeof user !== 'string') return parseUser(user, 'user')
  return state.users.find((one) => idOf(one) === user) ?? parseUser({ email: user }, 'user')
}

/** A user that a script means: a listed one keeps what is not given here. @throws {LocalAlbError} when it is no user. */
export function meantUser(state: AlbState, user: unknown): MockUser {
  const found = findUser(state, user)
  if (typeof user !== 'object' || user === null) return found
  const listed = state.users.find((one) => idOf(one) === idOf(found)) ?? {}
  // What was not given is a default in `found`.
  const given = Object.entries(user).filter(([, value]) => value !== undefined)
  return {
    ...found,
    ...listed,
    ...Object.fromEntries(Object.entries(found).filter(([key]) => given.some(([name]) => name === key))),
  }
}

/** Signs in without a browser. @throws {LocalAlbError} when it is no user. */
export function signIn(state: AlbState, user: unknown): SignedIn {
  const id = state.beginSession(meantUser(state, user))
  return { cookie: sessionHeader(id), cookies: browserCookies(id, state.origins.app) }
}

type Body = Readonly<Record<string, unknown>>

/** What a `POST` does. */
interface Command {
  /** What its body must have, and nothing else. */
  readonly keys: readonly string[]
  run(state: AlbState, body: Body): unknown
}

const COMMANDS: Readonly<Record<string, Command>> = {
  fault: {
    keys: ['fault'],
    run(state, { fault }) {
      if (fault !== null && typeof fault !== 'string') throw new LocalAlbError('fault must be a name, or null for none')
      state.setFault(fault ?? undefined)
      return { fault: state.fault ?? null }
    },
  },
  'rotate-keys': {
    keys: [],
    run(state) {
      state.issuer.rotateKeys()
      return {}
    },
  },
  'sign-in': { keys: ['user'], run: (state, { user }) => signIn(state, user) },
  clock: {
    keys: ['at'],
    run({ issuer: { clock } }, { at }) {
      if (at !== null && typeof at !== 'string') throw new LocalAlbError('at must be a time, or null for now')
      clock.offset = at === null ? 0 : offsetOf(at)
      return { at: new Date(clock.now()) }
    },
  },
  users: {
    keys: ['users'],
    run(state, { users }) {
      state.users = parseUsers(users, 'users')
      return { users: state.users }
    },
  },
}

/** What a `GET` answers. */
const QUERIES: Readonly<Record<string, (state: AlbState, req: IncomingMessage) => unknown>> = {
  fault: ({ fault }) => ({ fault: fault ?? null }),
  users: ({ users }) => ({ users }),
  session({ signIns }, req) {
    const session = signIns.session(sessionIdOf(req.headers.cookie))
    if (session === undefined) return { session: null }
    const { user, until, accessToken } = session
    return { session: { user, until, accessTokenUntil: accessToken.exp } }
  },
  headers({ lastHeaders }) {
    const read = ([name, value]: [string, string | string[]]): [string, unknown] => [
      name,
      typeof value === 'string' ? readable(value) : value.map(readable),
    ]
    return { headers: Object.fromEntries(Object.entries(lastHeaders).map(read)) }
  },
  requests: ({ requests }) => ({
    requests: requests.recent.map(({ sent: _sent, who: _who, ticket: _ticket, client: _client, ...one }) => ({
      ...one,
      status: one.status ?? null,
      answeredBy: one.answeredBy ?? null,
      reason: one.reason ?? null,
      why: one.why ?? null,
      fault: one.fault ?? null,
    })),
  }),
}

async function bodyOf(req: IncomingMessage, keys: readonly string[]): Promise<Body> {
  const text = await smallBody(req)
  const atMost = `${MAX_BODY_BYTES / 1024} K`
  if (text === undefined) throw new LocalAlbError(`the body must be JSON of at most ${atMost}, with a content-length`)
  let body: unknown
  try {
    body = JSON.parse(text === '' ? '{}' : text)
  } catch (cause) {
    throw new LocalAlbError('the body must be JSON', { cause })
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new LocalAlbError('the body must be a JSON object')
  const unknown = Object.keys(body).find((key) => !keys.includes(key))
  // A misspelt key must not take a fault back.
  if (unknown !== undefined && keys.length > 0)
    throw new LocalAlbError(`Unknown key '${unknown}'. Did you mean '${nearest(unknown, keys)}'?`)
  if (unknown !== undefined) throw new LocalAlbError(`Unknown key '${unknown}': it takes an empty body`)
  const missing = keys.find((key) => !Object.hasOwn(body, key))
  if (missing !== undefined) throw new LocalAlbError(`the body must be like {"${missing}": ...}`)
  return { ...body }
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function answerJson(res: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  const all = { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }
  answer(res, status, all, `${JSON.stringify(value)}\n`)
}

/** Answers a request of the API. @returns `false` for any other path. */
export async function answerApi(
  state: AlbState,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<boolean> {
  if (!path.startsWith(API_PATH)) return false
  const name = path.slice(API_PATH.length)
  const [command, query] = [own(COMMANDS, name), own(QUERIES, name)]
  const methods = [query && 'GET', command && 'POST'].filter((method) => method !== undefined)
  if (methods.length === 0) {
    const all = [...new Set([...Object.keys(COMMANDS), ...Object.keys(QUERIES)])].toSorted()
    answerJson(res, 404, { error: `there is no ${path}; there are ${all.join(', ')}` })
  } else if (!methods.includes(req.method ?? '')) {
    answerJson(res, 405, { error: `${path} takes ${methods.join(' and ')}` }, { allow: methods.join(', ') })
  } else if (req.headers['x-local-alb'] === undefined) {
    // A header of our own makes a browser send a CORS preflight, which is refused: other sites can neither write nor read here.
    answerJson(res, 403, { error: 'send the header x-local-alb: 1' })
  } else await run(state, req, res, { command, query })
  return true
}

async function run(
  state: AlbState,
  req: IncomingMessage,
  res: ServerResponse,
  { command, query }: { command: Command | undefined; query: (typeof QUERIES)[string] | undefined },
): Promise<void> {
  try {
    const isCommand = req.method === 'POST'
    const result = isCommand ? command?.run(state, await bodyOf(req, command.keys)) : query?.(state, req)
    answerJson(res, 200, result)
  } catch (error) {
    if (!(error instanceof LocalAlbError)) throw error
    answerJson(res, 400, { error: error.message })
  }
}
