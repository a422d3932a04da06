/**
 * The HTTP API, for test suites in any language: faults, keys, users, signing in.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, smallBody } from './answers.js'
import { sessionHeader } from './cookies.js'
import type { AlbState } from './state.js'
import { LocalAlbError, type MockUser, parseUsers } from './users.js'

const API_PATH = '/_local-alb/api/'

/**
 * The user that somebody means: one on the list by e-mail, any other e-mail, or a whole user.
 *
 * @throws {LocalAlbError} when it is no user.
 */
export function findUser(state: AlbState, user: unknown): MockUser {
  const known = typeof user === 'string' ? state.users.find(({ email }) => email === user) : undefined
  if (known !== undefined) return known
  const [parsed] = parseUsers([typeof user === 'string' ? { email: user } : user], 'user')
  if (parsed === undefined) throw new LocalAlbError('there is no such user')
  return parsed
}

type Body = Readonly<Record<string, unknown>>

async function bodyOf(req: IncomingMessage): Promise<Body> {
  const text = await smallBody(req)
  if (text === undefined) throw new LocalAlbError('the body must be JSON of at most 16 K, with a content-length')
  let body: unknown
  try {
    body = JSON.parse(text === '' ? '{}' : text)
  } catch (cause) {
    throw new LocalAlbError('the body must be JSON', { cause })
  }
  if (typeof body !== 'object' || body === null) throw new LocalAlbError('the body must be a JSON object')
  return { ...body }
}

function setFault(state: AlbState, { fault }: Body): unknown {
  if (fault !== undefined && fault !== null && typeof fault !== 'string')
    throw new LocalAlbError('fault must be a name, or null for none')
  state.setFault(fault ?? undefined)
  return { fault: state.fault ?? null }
}

const COMMANDS: Readonly<Record<string, (state: AlbState, body: Body) => unknown>> = {
  fault: setFault,
  'rotate-keys'(state) {
    state.identity.rotateKeys()
    return {}
  },
  'sign-in'(state, { user }) {
    return { cookie: sessionHeader(state.beginSession(findUser(state, user))) }
  },
  users(state, { users }) {
    state.users = parseUsers(users, 'users')
    return {}
  },
}

/** Answers a request of the API. @returns `false` for any other path. */
export async function answerApi(
  state: AlbState,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<boolean> {
  if (!path.startsWith(API_PATH) || req.method !== 'POST') return false
  const name = path.slice(API_PATH.length)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) return false
  // The header of its own makes a browser ask first, and nobody answers: other sites cannot use it.
  if (req.headers['x-local-alb'] === undefined) {
    answer(res, 403, { 'content-type': 'text/plain' }, 'send the header x-local-alb: 1\n')
    return true
  }
  const result = command(state, await bodyOf(req))
  answer(res, 200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, JSON.stringify(result))
  return true
}
