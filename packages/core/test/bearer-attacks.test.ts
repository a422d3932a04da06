/** Bearer tokens: each attack that is known. */
import { createTestAlb } from '@cognito-auth/testing'
import { describe, expect, test } from 'vitest'
import {
  allOf,
  Authoriser,
  clientRule,
  createMockUser,
  domainRule,
  emailRule,
  type HeadersInput,
  not,
} from '../src/index.js'
import { alb, bearerOnly, CLI, job, JOB, make, outcome } from './bearer-stage.js'

describe('attacks', () => {
  test('an access token of an ALB session as bearer token: its client is not on the list', async () => {
    const headers = await alb.headersFor()
    const authorization = `Bearer ${headers['x-amzn-oidc-accesstoken']}`
    expect(await outcome(make(), { authorization })).toBe('invalid_token/client')
    expect(await outcome(make({ bearer: { clientId: alb.options.clientId } }), { authorization })).toBe(
      `person of ${alb.options.clientId}`,
    )
  })

  test('a user claims token as bearer token', async () => {
    const headers = await alb.headersFor()
    for (const token of [headers['x-amzn-oidc-data'] ?? '', await alb.signAlbToken({ padding: 'none' })]) {
      expect(await outcome(make(), { authorization: `Bearer ${token}` })).toMatch(
        /^invalid_token\/(algorithm|malformed)$/,
      )
    }
  })

  test('a bearer token in the place of the access token, or of the user claims token', async () => {
    const headers = await alb.headersFor()
    const token = (await job()).authorization.slice('Bearer '.length)
    expect(await outcome(make(), { ...headers, 'x-amzn-oidc-accesstoken': token })).toBe('invalid_token/client')
    expect(await outcome(make(), { ...headers, 'x-amzn-oidc-data': token })).toBe('invalid_token/algorithm')
    expect(await outcome(make(), { 'x-amzn-oidc-data': token, 'x-amzn-oidc-accesstoken': token })).toBe(
      'invalid_token/algorithm',
    )
  })

  test('a broken ALB session beside a good bearer token is judged by the session alone', async () => {
    const good = await job()
    const session = await alb.headersFor()
    const auth = make()
    expect(await outcome(auth, { ...good, ...(await alb.headersFor({}, { fault: 'bad_signature' })) })).toBe(
      'invalid_token/signature',
    )
    expect(await outcome(auth, { ...good, ...(await alb.headersFor({}, { fault: 'expired' })) })).toBe('expired_token')
    for (const name of Object.keys(session)) {
      expect(await outcome(auth, { ...good, [name.toUpperCase()]: session[name] })).toBe('missing_token')
    }
    for (const headers of [
      { 'x-amzn-oidc-anything': 'x' },
      { 'X-Amzn-Oidc-': 'x' },
      { 'X-Amzn-Oidc-Identity': JOB },
      { 'x-amzn-oidc-data': '' },
    ]) {
      expect(await outcome(auth, { ...good, ...headers })).not.toContain('machine')
      expect(await outcome(bearerOnly(), { ...good, ...headers })).not.toContain('machine')
      expect(await outcome(auth, new Headers({ ...good, ...headers }))).not.toContain('machine')
    }
  })

  test('a good ALB session is what it is, whatever Authorization says', async () => {
    const session = await alb.headersFor()
    for (const authorization of [(await job()).authorization, 'Bearer x', 'Basic x', ['Bearer a', 'Bearer b'], 5]) {
      expect(await outcome(make(), { ...session, authorization } as HeadersInput)).toBe(
        `person of ${alb.options.clientId}`,
      )
    }
  })

  test('another pool’s token, of a client of the same id, really signed', async () => {
    const other = await createTestAlb({ userPoolId: 'eu-west-2_Another11' })
    expect(await outcome(make(), await other.bearerFor({ clientId: JOB }))).toBe('invalid_token/issuer')
    expect(alb.requests).toEqual([])
  })

  test('another pool’s key under our issuer', async () => {
    const other = await createTestAlb()
    expect(await outcome(make(), await other.bearerFor({ clientId: JOB }))).toBe('invalid_token/key_not_found')
  })

  test('a remembered token lends nothing to one that shares a part of it, or all but a letter', async () => {
    const auth = make()
    const [good, other] = [await job(), await alb.bearerFor({ clientId: CLI, groups: ['admins'] })]
    const admitted = await outcome(auth, good)
    expect(await outcome(auth, other)).not.toMatch(/token/)
    const parts = good.authorization.split('.')
    const others = other.authorization.split('.')
    const mixed = [0, 1, 2].flatMap((place) => [
      parts.with(place, others[place] ?? '').join('.'),
      parts.with(place, `${parts[place]}A`).join('.'),
      parts.with(place, (parts[place] ?? '').slice(0, -1)).join('.'),
    ])
    // The headers of both are the same text.
    for (const authorization of mixed.filter((one) => one !== good.authorization)) {
      expect(await outcome(auth, { authorization })).toMatch(/^invalid_token\//)
    }
    expect(await outcome(auth, good)).toBe(admitted)
  })

  test('keys that the token itself names are not fetched', async () => {
    const header = {
      jku: 'https://evil.example/jwks.json',
      x5u: 'https://evil.example/x',
      jwk: {},
      kid: 'https://evil.example',
    }
    const token = await alb.signAccessToken({ header, claims: { client_id: JOB } })
    expect(await outcome(make(), { authorization: `Bearer ${token}` })).toBe('invalid_token/key_not_found')
    expect(alb.requests.filter((url) => !url.startsWith(alb.issuer))).toEqual([])
  })

  test('a flood of forged key ids fetches the keys twice, and no more', async () => {
    const auth = make()
    for (let forged = 0; forged < 50; forged += 1) {
      expect(await outcome(auth, await job({ fault: 'unknown_key' }))).toBe('invalid_token/key_not_found')
    }
    expect(alb.requests).toHaveLength(2)
    expect(await outcome(auth, await job())).toBe(`machine of ${JOB}`)
  })

  test('a flood of what cannot be one of ours fetches nothing', async () => {
    const auth = make()
    for (const fault of ['wrong_client', 'wrong_issuer', 'id_token', 'expired', 'not_yet_valid'] as const) {
      for (let sent = 0; sent < 10; sent += 1) await outcome(auth, await job({ fault }))
    }
    expect(alb.requests).toEqual([])
  })

  test('machines match no e-mail rule, and no not() of one', async () => {
    const rules = [
      emailRule(['x@example.com']),
      domainRule(['example.com']),
      not(emailRule(['x@example.com'])),
      not(domainRule(['example.com'])),
      allOf(clientRule([JOB]), not(emailRule(['x@example.com']))),
    ]
    for (const rule of rules) {
      const authoriser = new Authoriser({ rules: [rule] })
      expect(await outcome(make({ authoriser }), await job())).toBe('access_denied/email_missing')
    }
    const authoriser = Authoriser.fromLists({ allowedDomains: ['example.com'], adminUsers: ['x@example.com'] })
    expect(await outcome(make({ authoriser }), await job())).toBe('access_denied/email_missing')
  })

  test('clientRule and allowed_clients allow bearer tokens, never the client of an ALB session', async () => {
    const session = alb.options.clientId
    const bearer = { clientId: [JOB, CLI] }
    for (const authoriser of [
      Authoriser.fromLists({ allowedClients: [JOB, session] }),
      new Authoriser({ rules: [clientRule([JOB, session])] }),
    ]) {
      const auth = make({ authoriser, bearer })
      expect(await outcome(auth, await job())).toBe(`machine of ${JOB}`)
      expect(await outcome(auth, await alb.bearerFor({ clientId: CLI }))).toBe('access_denied')
      expect(await outcome(auth, await alb.headersFor())).toBe('access_denied')
      // Admins are made anew by the authoriser: they stay what they were.
      const admin = new Authoriser({ rules: [clientRule([session])], adminGroups: ['admins'] })
      const { user } = await admin.authorise(await auth.authenticate(await alb.headersFor({ groups: ['admins'] })))
      expect((await authoriser.authorise(user)).allowed).toBe(false)
    }
    const { allowed } = await Authoriser.fromLists({ allowedClients: ['x'] }).authorise(
      createMockUser({ kind: 'machine', clientId: 'x' }),
    )
    expect(allowed).toBe(true)
  })

  test('groups of a bearer token count as those of people do', async () => {
    const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
    expect(
      await outcome(make({ authoriser }), await alb.bearerFor({ clientId: CLI, sub: 's', groups: ['developers'] })),
    ).toBe(`person of ${CLI}`)
    expect(await outcome(make({ authoriser }), await job())).toBe('access_denied')
  })

  test('signing out goes by the client of the session, never by that of a bearer token', async () => {
    const auth = make({ cognitoDomain: 'auth.example.com', logoutUrls: ['https://app.example.com/'] })
    expect((await auth.logout(await job())).location).toContain(`client_id=${alb.options.clientId}`)
    expect((await auth.logout({ ...(await job()), ...(await alb.headersFor()) })).location).toContain(
      `client_id=${alb.options.clientId}`,
    )
  })
})
