/**
 * What strangers may send, made up by fast-check: nothing of it gets in, every refusal is one of ours, and none of
 * them repeats what was sent.
 */
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseJsonObject } from '../src/claims.js'
import { readHeaders } from '../src/headers.js'
import { Authoriser, CognitoAuth, CognitoAuthError, ConfigurationError } from '../src/index.js'
import { parseAuthConfig } from '../src/config/auth-config.js'
import { CompactJwsReader } from '../src/verifier/checks/compact-jws.js'
import { anyHeaders, mutatedToken } from './arbitrary-tokens.js'

let alb: TestAlb
let auth: CognitoAuth
let good: Record<string, string>

const user = { email: 'ada@example.com', groups: ['admins'] }
const tokenHeaders = ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken'] as const

beforeAll(async () => {
  alb = await createTestAlb({ tokenLifetimeSeconds: 3600 })
  auth = new CognitoAuth({ ...alb.options, authoriser: null })
  good = await alb.headersFor(user)
  await auth.requireUser(good)
})

/** An error of ours that carries nothing of what it refused. */
function expectOwnRefusal(error: unknown, ...secrets: string[]): void {
  expect(error).toBeInstanceOf(CognitoAuthError)
  const { message, stack, cause } = error as CognitoAuthError
  const said = `${message} ${stack} ${JSON.stringify(error)} ${String(cause)}`
  for (const secret of secrets) {
    for (const part of secret.split('.').filter(({ length }) => length >= 16)) expect(said).not.toContain(part)
  }
}

/** What a call throws, if it throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

/** Fine, or refused as a wrong configuration: never a `TypeError` from deep inside. */
function isFineOrConfigurationError(error: unknown): boolean {
  return error === undefined || error instanceof ConfigurationError
}

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.unreachable('it got in'),
    (error: unknown) => error,
  )
}

describe('requireUser', () => {
  test('lets in no headers that somebody made up', async () => {
    await fc.assert(
      fc.asyncProperty(anyHeaders, async (headers) => {
        expectOwnRefusal(await refusalOf(auth.requireUser(headers as Record<string, string>)))
      }),
      { numRuns: 2000 },
    )
  })

  test('lets in nothing that is not a record of headers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (headers) => {
        expectOwnRefusal(await refusalOf(auth.requireUser(headers as Record<string, string>)))
      }),
      { numRuns: 1000 },
    )
  })

  test.each(tokenHeaders)('lets in nobody with a %s that was changed by one character or more', async (name) => {
    const original = good[name] ?? ''
    await fc.assert(
      fc.asyncProperty(mutatedToken(original), async (token) => {
        // The padding behind the signature is not signed, and may be left out; all else is another token.
        fc.pre(token.replace(/=+$/, '') !== original.replace(/=+$/, ''))
        expectOwnRefusal(await refusalOf(auth.requireUser({ ...good, [name]: token })), token)
      }),
      { numRuns: 3000 },
    )
  })

  test('lets in nobody on the tokens of two people', async () => {
    const other = await alb.headersFor({ email: 'mallory@example.com', groups: [] })
    const names = [...tokenHeaders, 'x-amzn-oidc-identity'] as const
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), async (choices) => {
        fc.pre(new Set(choices).size === 2)
        const mixed = Object.fromEntries(names.map((name, at) => [name, (choices[at] ? good : other)[name] ?? '']))
        expectOwnRefusal(await refusalOf(auth.requireUser(mixed)), ...Object.values(mixed))
      }),
    )
  })
})

describe('the parsers', () => {
  test('refuse any text that is no token, without repeating it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), mutatedToken(`${'e30.'.repeat(2)}e30`)),
        fc.constantFrom('allowed' as const, 'refused' as const),
        (token, padding) => {
          expectOwnRefusal(
            thrownBy(() => new CompactJwsReader('ES256', padding, 'x-amzn-oidc-data').read(token)),
            token,
          )
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('read any JSON object as itself, and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'))
        const parsed = parseJsonObject(Buffer.from(JSON.stringify(value)))
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        expect(parsed).toEqual(isObject ? JSON.parse(JSON.stringify(value)) : undefined)
      }),
    )
  })

  test('read any bytes without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const parsed = parseJsonObject(Buffer.from(bytes))
        expect(parsed === undefined || Object.isFrozen(parsed)).toBe(true)
      }),
    )
  })

  test('let no member called __proto__ through, however deep', () => {
    const members = fc.constantFrom('__proto__', 'constructor', 'prototype', 'sub', 'a')
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.array(tie('tree')),
        fc.array(fc.tuple(members, tie('tree'))),
      ),
    }))
    const text = (value: unknown): string =>
      Array.isArray(value)
        ? value.every((item) => Array.isArray(item) && typeof item[0] === 'string')
          ? `{${value.map(([name, inner]) => `${JSON.stringify(name)}:${text(inner)}`).join(',')}}`
          : `[${value.map(text).join(',')}]`
        : JSON.stringify(value)
    const holds = (value: unknown): boolean =>
      typeof value === 'object' &&
      value !== null &&
      (Object.hasOwn(value, '__proto__') || Object.values(value).some(holds))
    fc.assert(
      fc.property(tree, (value) => {
        const parsed = parseJsonObject(Buffer.from(`{"claims":${text(value)}}`))
        expect(parsed).toBeDefined()
        expect(holds(parsed)).toBe(false)
        expect(Object.getPrototypeOf(Object.assign({}, parsed))).toBe(Object.prototype)
      }),
    )
  })

  test('find at most one value of each header, in any letter case', () => {
    const letterCases = (name: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(name))
    fc.assert(
      fc.property(letterCases('x-amzn-oidc-data'), fc.stringMatching(/^[\w.=-]{1,40}$/), (name, value) => {
        expect(readHeaders({ [name]: value, 'x-amzn-oidc-datas': 'x' }).oidcData).toBe(value)
        expect(() => readHeaders({ [name]: [value, value] })).toThrow(/^Duplicate header x-amzn-oidc-data$/)
      }),
    )
  })

  test('accept a config, or refuse it as a wrong one, and never repeat a value of a secret', () => {
    const known = ['allowed_groups', 'allowed_users', 'allowed_domains', 'require_all', 'admin_groups', 'admin_users']
    const secret = 'correct horse battery staple'
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(secret), fc.array(fc.constant(secret)))
    const config = fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string()), value)
    fc.assert(
      fc.property(fc.oneof(config, fc.jsonValue()), (given) => {
        const error = thrownBy(() => parseAuthConfig(JSON.stringify(given), { name: 'the secret x', isSecret: true }))
        expect(error).toSatisfy(isFineOrConfigurationError)
        expect(String(error)).not.toContain(secret)
      }),
      { numRuns: 1000 },
    )
  })

  test('make an authoriser of lists, or refuse them as wrong', () => {
    const list = fc.oneof(fc.anything(), fc.array(fc.string()), fc.array(fc.emailAddress()))
    const names = [
      'allowedGroups',
      'allowedUsers',
      'allowedDomains',
      'requireAll',
      'adminGroups',
      'adminUsers',
      'other',
    ]
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), list), (lists) => {
        expect(thrownBy(() => Authoriser.fromLists(lists))).toSatisfy(isFineOrConfigurationError)
      }),
      { numRuns: 1000 },
    )
  })

  test('make a CognitoAuth of options, or refuse them as wrong', () => {
    const { fetch: _, ...sound } = alb.options
    const names = [
      'albArn',
      'allowAnyAlb',
      'clientId',
      'userPoolId',
      'issuer',
      'region',
      'configTtlSeconds',
      'groupsClaim',
      'platformAdminGroups',
      'redirectUrl',
      'clockToleranceSeconds',
      'keyTtlSeconds',
      'tokenCacheSize',
      'fetch',
      'albKeysUrl',
      'localAlb',
      'cognitoDomain',
      'logoutUrls',
      'sessionCookieName',
      'clientID',
      '__proto__',
    ]
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.anything()), (options) => {
        // Not `allowAnyAlb: true`: it warns, once per process, as it should.
        fc.pre(options['allowAnyAlb'] !== true)
        const given = { ...sound, ...options, authoriser: null }
        expect(thrownBy(() => new CognitoAuth(given as object))).toSatisfy(isFineOrConfigurationError)
      }),
      { numRuns: 2000 },
    )
  })
})
