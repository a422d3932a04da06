import { describe, expect, test } from 'vitest'
import { CognitoAuth } from './index.js'
import { alb, dev, make } from '../test/cognito-auth-stage.js'

describe('logout', () => {
  const logout = {
    cognitoDomain: 'my.auth.example.com',
    logoutUrls: ['https://app.example.com/bye', 'https://app.example.com/'],
  }

  test('names the signed-in user’s client, else the first configured', async () => {
    const auth = make({ ...logout, clientId: ['first', alb.options.clientId] })
    expect((await auth.logout(await alb.headersFor(dev))).location).toContain(`client_id=${alb.options.clientId}`)
    expect((await auth.logout({})).location).toBe(
      'https://my.auth.example.com/logout?client_id=first&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye',
    )
  })

  test('names the client of a session that cannot be verified, where none is configured', async () => {
    const { clientId: _, ...options } = alb.options
    const auth = new CognitoAuth({ ...options, authoriser: null, ...logout })
    for (const fault of ['expired', 'bad_signature', 'missing_access_token'] as const) {
      const { location } = await auth.logout(await alb.headersFor(dev, { fault }))
      expect(location).toContain(`client_id=${alb.options.clientId}&`)
    }
    const header = (client: unknown): string => Buffer.from(JSON.stringify({ client })).toString('base64url')
    for (const data of ['garbage', 'x.y.z', '', `${header('a&b')}.e30.x`, `${header(1)}.e30.x`, `${header('a')},x`]) {
      await expect(auth.logout({ 'x-amzn-oidc-data': data })).rejects.toMatchObject({ code: 'configuration' })
    }
    await expect(auth.logout({})).rejects.toThrow(/^clientId/)
  })

  test('expires four cookies of the configured name', async () => {
    const { cookies } = await make({ ...logout, sessionCookieName: 'Own' }).logout({})
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['Own-0', 'Own-1', 'Own-2', 'Own-3'])
    expect(cookies.every((cookie) => cookie.includes('Max-Age=0') && cookie.includes('Path=/'))).toBe(true)
  })

  test.each([
    ['a URL that is not on the list', logout, 'https://evil.example/'],
    ['a URL that only begins like one on the list', logout, 'https://app.example.com/bye/../x'],
    ['no domain', { logoutUrls: logout.logoutUrls }, undefined],
    ['no list', { cognitoDomain: logout.cognitoDomain }, undefined],
  ])('refuses %s', async (_, options, returnTo) => {
    await expect(make(options).logout({}, returnTo)).rejects.toMatchObject({ code: 'configuration' })
  })

  test('what is missing for signing out is told before there is a request', () => {
    const off = expect.objectContaining({ code: 'configuration' })
    expect(() => make(logout).checkLogout('https://evil.example/')).toThrow(off)
    expect(() => make(logout).checkLogout('')).toThrow(off)
    expect(() => make(logout).checkLogout('https://app.example.com/')).not.toThrow()
    expect(() => make(logout).checkLogout()).not.toThrow()
    expect(() => make().checkLogout()).toThrow(/^cognitoDomain \(COGNITO_AUTH_DOMAIN\) is required for logout/)
    expect(() => make({ cognitoDomain: logout.cognitoDomain }).checkLogout()).toThrow(/^logoutUrls/)
  })

  describe('at another identity provider', () => {
    const signOutUrl = 'https://idp.example/end?client_id=app&post_logout_redirect_uri={returnTo}'
    const { logoutUrls } = logout

    test('goes to signOutUrl, with one of logoutUrls percent-encoded', async () => {
      const auth = make({ signOutUrl, logoutUrls: [...logoutUrls, 'https://app.example.com/?a=b&c=d'] })
      expect((await auth.logout({})).location).toBe(
        'https://idp.example/end?client_id=app&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye',
      )
      expect((await auth.logout({}, 'https://app.example.com/?a=b&c=d')).location).toMatch(
        /=https%3A%2F%2Fapp\.example\.com%2F%3Fa%3Db%26c%3Dd$/,
      )
      await expect(auth.logout({}, 'https://evil.example/')).rejects.toMatchObject({ code: 'configuration' })
    })

    test('needs no list where the page takes no URL to return to', async () => {
      const auth = make({ signOutUrl: 'https://idp.example/signed-out' })
      expect((await auth.logout({})).location).toBe('https://idp.example/signed-out')
      await expect(auth.logout({}, logoutUrls[0])).rejects.toThrow(/^returnTo needs \{returnTo\}/)
    })

    test('is not Cognito’s', () => {
      expect(() => make({ ...logout, signOutUrl })).toThrow(/cannot be used together$/)
      expect(() => make({ signOutUrl }).checkLogout()).toThrow(/^logoutUrls/)
    })

    test.each([
      'http://idp.example/',
      'https://{returnTo}/',
      'https://idp.example{returnTo}/',
      'https://idp.example',
      'https://a@idp.example/',
      'javascript:alert(1)',
      '/end',
      'https://idp.example/{return_to}',
      'https://idp.example/a b',
      'https://idp.example/\r\nset-cookie:a=b',
    ])('is not %j', (wrong) => {
      expect(() => make({ signOutUrl: wrong, logoutUrls })).toThrow(/^signOutUrl \(COGNITO_AUTH_SIGN_OUT_URL\) must be/)
    })
  })

  describe('signOutPath', () => {
    test.each(['/logout', '/logout/', '/auth/sign-out', '/%C3%A4'])('may be %s', (signOutPath) => {
      expect(make({ ...logout, signOutPath }).signOutPath).toBe(signOutPath)
    })

    test.each([
      'logout',
      '',
      'https://app.example.com/logout',
      '/logout?a',
      '/logout#a',
      '/log*',
      '/logout/*',
      '//logout',
      '/a/../logout',
      '/%6cogout',
      '/a b',
      '/oauth2/idpresponse',
      '/_cognito-auth/logout',
      '/_local-alb/logout',
    ])('is not %j', (signOutPath) => {
      expect(() => make({ ...logout, signOutPath })).toThrow(/^signOutPath \(COGNITO_AUTH_SIGN_OUT_PATH\) must/)
    })

    test.each([
      ['cognitoDomain', { logoutUrls: logout.logoutUrls }],
      ['logoutUrls', { cognitoDomain: logout.cognitoDomain }],
    ])('needs %s', (missing, options) => {
      expect(() => make({ ...options, signOutPath: '/logout' })).toThrow(new RegExp(`^${missing} .* is required`))
    })
  })
})
