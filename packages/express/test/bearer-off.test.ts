/** Without the option `bearer`, answers are what they were before there was one, to the byte. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createTestAlb } from '@cognito-auth/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, getUser } from '../src/index.js'
import { authoriser, listen, majors, signedIn } from './apps.js'

const alb = await createTestAlb()
const { authorization: bearer } = await alb.bearerFor({ ...signedIn, clientId: alb.options.clientId })
const session = await alb.headersFor(signedIn)
const forged = await alb.headersFor(signedIn, { fault: 'bad_signature' })
const stranger = await alb.headersFor({ groups: ['visitors'] })

/** What clients send in `Authorization`: one line each. */
const AUTHORIZATIONS: Record<string, string[]> = {
  'a good token': [bearer],
  'a token that is none': ['Bearer x'],
  'no token': ['Bearer'],
  'two lines': [bearer, bearer],
  'two lines in one': [`${bearer}, ${bearer}`],
  'another scheme': ['Basic YTpi'],
  'an empty line': [''],
}

const problem = (title: string, status: number, code: string): string =>
  JSON.stringify({ type: 'about:blank', title, status, code })

/** Recorded before `bearer` was there. */
const RECORDED = {
  missing: [
    'HTTP/1.1 401 Unauthorized',
    'content-type: application/problem+json',
    'cache-control: no-store',
    'www-authenticate: Bearer',
    '',
    problem('Unauthorized', 401, 'missing_token'),
  ],
  forged: [
    'HTTP/1.1 401 Unauthorized',
    'content-type: application/problem+json',
    'cache-control: no-store',
    'www-authenticate: Bearer error="invalid_token"',
    '',
    problem('Unauthorized', 401, 'invalid_token'),
  ],
  denied: [
    'HTTP/1.1 403 Forbidden',
    'content-type: application/problem+json',
    'cache-control: no-store',
    '',
    problem('Forbidden', 403, 'access_denied'),
  ],
  allowed: ['HTTP/1.1 200 OK', 'Content-Type: text/plain; charset=utf-8', '', 'hello dev@example.com'],
  open: ['HTTP/1.1 200 OK', 'Content-Type: text/plain; charset=utf-8', '', 'open'],
}

const CASES: Record<keyof typeof RECORDED, { path: string; headers: Record<string, string | undefined> }> = {
  missing: { path: '/', headers: {} },
  forged: { path: '/', headers: { ...forged } },
  denied: { path: '/', headers: { ...stranger } },
  allowed: { path: '/', headers: { ...session } },
  open: { path: '/open', headers: {} },
}

/** The bytes of an answer, but for the day, what the framework adds of its own, and how long the body is. */
async function ask(origin: string, path: string, headers: [string, string | undefined][]): Promise<string[]> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`)
  const received = await text(socket)
  return received.split('\r\n').filter((line) => !/^(?:date|connection|x-powered-by|etag|content-length):/i.test(line))
}

describe.each(majors)('$version', ({ express }) => {
  let origin: string
  beforeAll(async () => {
    const auth = cognitoAuth({ ...alb.options, authoriser })
    const app = express().set('env', 'test')
    app.use(auth.protect({ bypass: ['/open'] }))
    app.get('/open', (_req, res) => void res.type('txt').send('open'))
    app.get('/', (req, res) => void res.type('txt').send(`hello ${getUser(req).email}`))
    origin = await listen(app)
  })

  test.each(Object.keys(RECORDED) as (keyof typeof RECORDED)[])('%s', async (name) => {
    const { path, headers } = CASES[name]
    expect(await ask(origin, path, Object.entries(headers))).toEqual(RECORDED[name])
    for (const [what, values] of Object.entries(AUTHORIZATIONS)) {
      const lines = values.map((value): [string, string] => ['Authorization', value])
      const answer = await ask(origin, path, [...Object.entries(headers), ...lines])
      expect([what, ...answer]).toEqual([what, ...RECORDED[name]])
    }
  })
})
