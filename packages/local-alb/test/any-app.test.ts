import { spawn, spawnSync } from 'node:child_process'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { type Echo, startEchoApp } from './echo-app.js'
import { readAccessToken, readAlbToken } from './tokens.js'

const running: LocalAlb[] = []

async function start(options: Parameters<typeof startLocalAlb>[0]): Promise<LocalAlb> {
  const alb = await startLocalAlb({ port: 0, ...options })
  running.push(alb)
  return alb
}

afterEach(async () => {
  vi.useRealTimers()
  for (const alb of running.splice(0)) await alb.stop()
})

const PYTHON_APP = `
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer
class App(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
HTTPServer(('127.0.0.1', int(os.environ['PORT'])), App).serve_forever()
`

const hasPython = spawnSync('python3', ['--version']).status === 0

test('an app in Python gets the headers', async ({ skip }) => {
  skip(!hasPython, 'there is no python3 here')
  const alb = await start({ command: ['python3', '-c', PYTHON_APP] })
  const { cookie } = alb.signIn('ada@example.com')
  const headers = (await (await fetch(alb.url, { headers: { cookie } })).json()) as IncomingHttpHeaders
  const { claims, isVerified } = await readAlbToken(headers['x-amzn-oidc-data'], alb.url)
  expect(isVerified).toBe(true)
  expect(claims['email']).toBe('ada@example.com')
})

describe('startLocalAlb()', () => {
  test('gives headers for requests straight to the app', async () => {
    const alb = await start({ target: 'http://127.0.0.1:9' })
    const headers = alb.headersFor('dev@example.com')
    expect((await readAlbToken(headers['x-amzn-oidc-data'], alb.url)).isVerified).toBe(true)
    alb.setFault('missing_data')
    expect(alb.headersFor('dev@example.com')).not.toHaveProperty('x-amzn-oidc-data')
  })

  test('refreshes the access token of a session when it has expired', async () => {
    const app = await startEchoApp()
    const alb = await start({ target: app.url })
    const { cookie } = alb.signIn('dev@example.com')
    const access = async (): Promise<unknown> => {
      const { headers } = (await (await fetch(alb.url, { headers: { cookie } })).json()) as Echo
      const token = headers['x-amzn-oidc-accesstoken']
      return (await readAccessToken(token, alb.url, alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? '')).claims['exp']
    }
    const first = await access()
    expect(await access()).toBe(first)
    vi.useFakeTimers({ toFake: ['Date'], now: Number(first) * 1000 })
    expect(await access()).toBe(Number(first) + 3600)
    await app.stop()
  })

  test('asks the app whether it is well, past the rules and without headers of anybody', async () => {
    const asked = new Promise<{ url: string | undefined; headers: IncomingHttpHeaders }>((resolve) => {
      const app = createServer((req, res) => {
        resolve({ url: req.url, headers: req.headers })
        res.end(() => app.close())
      })
      app.listen(0, '127.0.0.1', () => {
        const { port } = app.address() as { port: number }
        void start({ target: `http://127.0.0.1:${port}`, healthPath: '/health' })
      })
    })
    const { url, headers } = await asked
    expect(url).toBe('/health')
    expect(headers['user-agent']).toBe('ELB-HealthChecker/2.0')
    expect(Object.keys(headers).filter((name) => name.startsWith('x-amzn-oidc-'))).toEqual([])
  })

  test.each(['health', '//evil.example/', 'http://evil.example/'])(
    'refuses "%s" as health path',
    async (healthPath) => {
      await expect(startLocalAlb({ target: 'http://127.0.0.1:9', healthPath })).rejects.toThrow('healthPath must be')
    },
  )

  test('leaves nothing open after stop(): the process ends by itself', async () => {
    const script = `
      import { startLocalAlb } from ${JSON.stringify(new URL('../dist/index.mjs', import.meta.url).href)}
      const alb = await startLocalAlb({ target: 'http://127.0.0.1:9', port: 0, healthPath: '/' })
      await (await fetch(alb.url + '/_local-alb')).text()
      await alb.stop()`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })
})
