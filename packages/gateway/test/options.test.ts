import { generateKeyPairSync } from 'node:crypto'
import { createTestAlb } from '@cognito-auth/testing'
import { describe, expect, test } from 'vitest'
import { Authoriser, startGateway } from '../src/index.js'

const alb = await createTestAlb()
const base = { ...alb.options, authoriser: null, listen: '127.0.0.1:0' }

/** What the options are refused with. */
async function refusal(options: object): Promise<{ code: string; message: string }> {
  try {
    const gateway = await startGateway({ ...base, ...options })
    await gateway.stop()
  } catch (error) {
    return error as { code: string; message: string }
  }
  return { code: 'started', message: '' }
}

const upstream = 'http://127.0.0.1:9'

test.each([
  'http://127.0.0.1:8501',
  'http://127.0.0.1:8501/',
  'http://127.9.9.9',
  'http://[::1]:8501',
  'http://localhost:8501',
  'http://app:8501',
  'http://my_app',
  'http://app.internal:80',
  'http://app.prod.local',
  'http://10.1.2.3:80',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.0.1',
  'https://app.example.com',
  'https://8.8.8.8',
])('%s is an app to forward to', async (url) => {
  expect(await refusal({ upstream: url })).toMatchObject({ code: 'started' })
})

test.each([
  'http://app.example.com',
  'http://8.8.8.8',
  'http://172.15.0.1',
  'http://172.32.0.1',
  'http://192.169.0.1',
  'http://11.0.0.1',
  'http://169.254.169.254',
  'http://0.0.0.0:8501',
  'http://internal.example.com',
  'http://local.',
  'http://[fd00::1]',
  'http://127.0.0.1:8501/app',
  'http://127.0.0.1:8501//',
  'http://127.0.0.1:8501?x',
  'http://127.0.0.1:8501/?',
  'http://127.0.0.1:8501#x',
  'http://user:password@127.0.0.1:8501',
  'http://user@127.0.0.1:8501',
  'http:\\\\127.0.0.1',
  'http://127.0.0.1\\@evil.example',
  'ftp://127.0.0.1',
  'unix:/tmp/app.sock',
  '127.0.0.1:8501',
  '',
  8501,
  null,
])('%s is not', async (url) => {
  expect(await refusal({ upstream: url })).toMatchObject({
    code: 'configuration',
    message: expect.stringMatching(/^upstream must be/),
  })
})

test.each<[string, object, RegExp]>([
  ['no app', {}, /^upstream is required/],
  ['two apps', { upstream, command: ['app'] }, /upstream and command cannot be used together/],
  ['an empty command', { command: [] }, /command must be/],
  ['a command that is one text', { command: 'app --port 1' }, /command must be/],
  ['a misspelt option', { upstream, bypas: ['/health'] }, /bypas.* Did you mean '?bypass/],
  ['a misspelt option of CognitoAuth', { upstream, clientID: 'x' }, /clientID.* Did you mean '?clientId/],
  [
    'a misspelt member of assertion',
    { upstream, assertion: { audience: 'a', isuer: 'b' } },
    /isuer.* Did you mean '?issuer/,
  ],
  ['a misspelt member of identity', { upstream, identity: { mail: 'X-Mail' } }, /mail.* Did you mean '?email/],
  ['an unknown preset', { upstream, identity: 'oauth2-proxy' }, /identity must be one of auth-request/],
  ['a preset that objects have', { upstream, identity: 'constructor' }, /identity must be one of/],
  ['no name at all', { upstream, identity: {} }, /identity must name at least one header/],
  ['a name that is undefined', { upstream, identity: { email: undefined } }, /identity\.email must be a string/],
  ['a name with a space', { upstream, identity: { email: 'X Mail' } }, /identity\.email must be the name/],
  [
    'a name with a line break',
    { upstream, identity: { email: 'X-Mail\r\nX-Evil' } },
    /identity\.email must be the name/,
  ],
  ['an empty name', { upstream, identity: { email: '' } }, /identity\.email must be the name/],
  ['a name of punctuation', { upstream, identity: { email: '__' } }, /identity\.email must be the name/],
  ['two names that fold to one', { upstream, identity: { email: 'X-User', user: 'x_user' } }, /there twice/],
  [
    'an assertion under the name of an identity header',
    { upstream, assertion: { audience: 'a', name: 'X.Auth.Request.Email' } },
    /there twice/,
  ],
  ['an assertion for nobody', { upstream, assertion: {} }, /assertion\.audience is required/],
  ['an assertion for undefined', { upstream, assertion: { audience: undefined } }, /assertion\.audience must be/],
  ['an assertion that is true', { upstream, assertion: true }, /assertion must be an object/],
  [
    'a key that is none',
    { upstream, assertion: { audience: 'a', privateKey: 'secret' } },
    /assertion\.privateKey must be a P-256/,
  ],
  ['a bypass with a wildcard at the end', { upstream, bypass: ['/public/*'] }, /bypass must be a list of exact paths/],
  ['a bypass with a wildcard within', { upstream, bypass: ['/*/x'] }, /bypass must be a list of exact paths/],
  ['a bypass that is one text', { upstream, bypass: '/health' }, /bypass must be a list of exact paths/],
  ['a bypass that is a function', { upstream, bypass: () => true }, /bypass must be a list of exact paths/],
  ['a bypass that is no path', { upstream, bypass: ['health'] }, /bypass must be a list of exact paths.*wildcards$/],
  ['a bypass with a query', { upstream, bypass: ['/health?x'] }, /bypass must be a list of exact paths.*wildcards$/],
  ['a bypass with a hole', { upstream, bypass: ['/a', , '/b'] }, /bypass must be a list of exact paths.*wildcards$/], // eslint-disable-line no-sparse-arrays -- it is what is refused
  ['a bypass of the gateway itself', { upstream, bypass: ['/_cognito-auth/x'] }, /belongs to the gateway/],
  ['a text for passTokens', { upstream, passTokens: 'false' }, /passTokens must be true or false/],
  ['a text for verifyOnly', { verifyOnly: 'true' }, /verifyOnly must be true or false/],
  ['a negative time', { upstream, timeoutSeconds: -1 }, /timeoutSeconds must be a number/],
  ['no number', { upstream, timeoutSeconds: Number.NaN }, /timeoutSeconds must be a number/],
  ['a text for a number', { upstream, drainSeconds: '5' }, /drainSeconds must be a number/],
  ['more than a timer can', { upstream, timeoutSeconds: 3e9 }, /timeoutSeconds must be a number/],
  ['an address without a port', { upstream, listen: '127.0.0.1' }, /listen must be/],
  ['a port alone', { upstream, listen: '8080' }, /listen must be/],
  ['a port that there is not', { upstream, listen: '127.0.0.1:65536' }, /listen must be/],
  ['a URL to listen at', { upstream, listen: 'http://127.0.0.1:80' }, /listen must be/],
  ['an address that is not here', { upstream, listen: '203.0.113.1:0' }, /listen: .* cannot be listened on/],
  ['itself as the app', { upstream: 'http://localhost:4711', listen: '0.0.0.0:4711' }, /gateway listens itself/],
  ['an app that is only verified', { verifyOnly: true, upstream }, /verifyOnly and upstream cannot be used together/],
  ['a bypass that is only verified', { verifyOnly: true, bypass: ['/health'] }, /verifyOnly and bypass cannot/],
  ['a redirect where nginx asks', { verifyOnly: true, redirectUrl: '/denied' }, /verifyOnly and redirectUrl cannot/],
  ['tokens where there is no app', { verifyOnly: true, passTokens: true }, /verifyOnly and passTokens cannot/],
])('%s is refused by name', async (_, options, message) => {
  expect(await refusal(options)).toMatchObject({ code: 'configuration', message: expect.stringMatching(message) })
})

test.each([
  'Host',
  'host',
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'Transfer_Encoding',
  'TE',
  'Trailer',
  'Upgrade',
  'Cookie',
  'Set-Cookie',
  'Authorization',
  'Content-Type',
  'X-Forwarded-For',
  'X-Forwarded-Scheme',
  'X_Forwarded_Ssl',
  'X-Original-Host',
  'X-Host',
  'Accept-Encoding',
  'If-Modified-Since',
  'Sec-Fetch-Site',
  'X.Forwarded.Host',
  'X-Original-URL',
  'X-HTTP-Method-Override',
  'Location',
  'X-Amzn-Oidc-Data',
  'X-Cognito-Auth-User',
  'Expect',
])('%s cannot carry identity', async (name) => {
  for (const options of [{ identity: { email: name } }, { assertion: { audience: 'app', name } }])
    expect(await refusal({ upstream, ...options })).toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/frames, routes or controls a message/),
    })
})

describe('assertion.privateKey', () => {
  const pem = (curve: string, type: 'pkcs8' | 'sec1'): string =>
    String(generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({ format: 'pem', type }))

  test.each([
    ['P-256', 'pkcs8', 'started'],
    ['P-256', 'sec1', 'started'],
    ['P-384', 'pkcs8', 'configuration'],
    ['secp256k1', 'pkcs8', 'configuration'],
  ] as const)('%s in %s: %s', async (curve, type, code) => {
    const assertion = { audience: 'a', privateKey: pem(curve, type) }
    expect(await refusal({ upstream, assertion })).toMatchObject({ code })
  })
})

test('a config that cannot be read keeps the gateway from starting', async () => {
  await expect(
    (async () => await startGateway({ ...base, upstream, authoriser: Authoriser.fromFile('/nowhere.json') }))(),
  ).rejects.toMatchObject({ code: 'configuration' })
})

test('a command that a polluted prototype names is not run in place of the upstream', async () => {
  const prototype = Object.prototype as { command?: unknown }
  prototype.command = ['no-such-program']
  try {
    const gateway = await startGateway({ ...base, upstream })
    expect(gateway.appExited).toBeUndefined()
    await gateway.stop()
  } finally {
    delete prototype.command
  }
})
