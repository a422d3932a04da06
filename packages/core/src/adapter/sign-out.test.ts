import { expect, test } from 'vitest'
import type { CognitoAuth } from '../cognito-auth.js'
import { isSignOut, signOutResponse } from './index.js'

const location = 'https://my.auth.example.com/logout?client_id=a&logout_uri=https%3A%2F%2Fapp.example.com%2F'
const auth: Pick<CognitoAuth, 'logout' | 'signOutPath'> = {
  signOutPath: '/logout',
  logout: async () => ({ location, cookies: ['a=', 'b='] }),
}

test.each([
  ['GET', '/logout', true],
  ['HEAD', '/logout', true],
  ['POST', '/logout', true],
  ['GET', '/logout/', true],
  ['GET', '/logout?to=/', true],
  ['PUT', '/logout', false],
  ['DELETE', '/logout', false],
  ['OPTIONS', '/logout', false],
  ['get', '/logout', false],
  ['GET', '/Logout', false],
  ['GET', '/logout/x', false],
  ['GET', '//logout', false],
  ['GET', '/%6cogout', false],
  ['GET', '/x/../logout', false],
  ['GET', '/', false],
])('%s %s is a sign-out: %s', (method, path, is) => {
  expect(isSignOut(auth, method, path)).toBe(is)
  expect(isSignOut({ signOutPath: undefined }, method, path)).toBe(false)
})

const page = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', refresh: `0; url=${location}` },
  body: expect.stringContaining(`href="${location.replace('&', '&amp;')}"`) as unknown as string,
}
const redirect = { status: 302, headers: { location }, body: '' }
const json = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ location }) }

test.each([
  ['GET', { 'sec-fetch-mode': 'navigate' }, redirect],
  ['HEAD', { 'sec-fetch-mode': 'navigate' }, redirect],
  ['GET', { accept: 'text/html,*/*;q=0.8' }, redirect],
  ['POST', { 'sec-fetch-mode': 'navigate' }, page],
  ['POST', { accept: 'text/html' }, page],
  ['GET', { 'sec-fetch-mode': 'cors', accept: 'text/html' }, json],
  ['POST', { 'sec-fetch-mode': 'same-origin', accept: 'text/html' }, json],
  ['GET', { 'sec-fetch-mode': '', accept: 'text/html' }, json],
  ['GET', { accept: '*/*' }, json],
  ['POST', {}, json],
])('%s with %j', async (method, headers: Record<string, string>, expected) => {
  const request = { method, url: '/logout', header: (name: string) => headers[name] }
  const response = await signOutResponse(auth, request, {})
  expect(response).toMatchObject({ ...expected, cookies: ['a=', 'b='] })
  expect(response.headers).toMatchObject({ 'cache-control': 'no-store' })
})
