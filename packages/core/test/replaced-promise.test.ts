/**
 * Programs put a class of their own in the place of `Promise`: zone.js, which Angular loads on a server, and polyfills. Async
 * functions go on answering with the language's, which is no instance of it.
 */
import { createTestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { allOf, anyOf, Authoriser, CognitoAuth, groupRule, not, type Rule } from '../src/index.js'

const alb = await createTestAlb()

class Replaced<Value> extends Promise<Value> {}

beforeEach(() => {
  vi.stubGlobal('Promise', Replaced)
})

afterEach(() => {
  vi.unstubAllGlobals()
})

const developers = groupRule(['developers'])
const slowly: Rule = { name: 'slowly', isAllowed: async (user) => user.isIn('developers') }
const document = JSON.stringify({ allowed_groups: ['developers'] })

test.each<[string, Authoriser]>([
  ['lists', Authoriser.fromLists({ allowedGroups: ['developers'] })],
  ['a source', Authoriser.fromSource({ name: 'a test', isSecret: true, read: async () => document })],
  ['a rule that answers later', new Authoriser({ rules: [slowly] })],
  ['all of several', new Authoriser({ rules: [allOf(developers, slowly)] })],
  ['any of several', new Authoriser({ rules: [anyOf(slowly, developers)] })],
  ['a denial denied', new Authoriser({ rules: [not(not(slowly))] })],
  ['one after the other', new Authoriser({ rules: [slowly, developers], requireAll: true })],
])('%s let in whom they allow, and nobody else', async (_, authoriser) => {
  expect((async () => {})()).not.toBeInstanceOf(Promise)
  const auth = new CognitoAuth({ ...alb.options, authoriser, bearer: { clientId: alb.options.clientId } })
  for (const groups of [['developers'], ['visitors']]) {
    const person = await alb.headersFor({ email: 'ada@example.com', groups })
    const program = { authorization: `Bearer ${await alb.signAccessToken({ user: { groups } })}` }
    const expected =
      groups[0] === 'developers'
        ? { status: 'fulfilled', value: { groups } }
        : { status: 'rejected', reason: { code: 'access_denied' } }
    // New, remembered, and in a crowd.
    for (const headers of [person, program, person, program]) {
      const outcomes = await Promise.allSettled([auth.requireUser(headers), auth.requireUser(headers)])
      expect(outcomes).toMatchObject([expected, expected])
    }
  }
})
