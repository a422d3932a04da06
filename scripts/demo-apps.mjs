/** The example apps, and what the demo expects of each user: one table for all of them. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Whether a file of an example is there: what needs a build, or another language, may not be. */
const has = (path) => () => existsSync(new URL(`../examples/${path}`, import.meta.url))

/** Of the packages that examples behind the gateway need, those that Python has: asked once for all of them. */
let pythonPackages
function installedPythonPackages() {
  const names = ['wsgiref', 'streamlit', 'fastapi', 'dash', 'gradio']
  const program = 'import importlib.util, sys; print(*filter(importlib.util.find_spec, sys.argv[1:]))'
  const { status, stdout } = spawnSync('python3', ['-c', program, ...names], { encoding: 'utf8' })
  return status === 0 ? stdout.trim().split(' ') : []
}
const hasPython = (name) => () => (pythonPackages ??= installedPythonPackages()).includes(name)
const python = (name, port) => ({ name, port, command: ['sh', 'start.sh'], isGateway: true, isBuilt: hasPython(name) })

/**
 * @typedef {object} ExampleApp
 * @property {string} name Its folder in `examples`.
 * @property {number} port Where its load balancer listens.
 * @property {readonly string[]} [command] What starts it.
 * @property {string} [lambda] Or the file that exports it, as a function.
 * @property {boolean} [isGateway]
 * @property {boolean} [hasExamplePages] Although it is behind the gateway.
 * @property {() => boolean} isBuilt Whether it can be started here.
 */

/** @type {readonly ExampleApp[]} */
export const APPS = [
  { name: 'express', port: 8080, command: ['node', 'app.js'], isBuilt: has('express/app.js') },
  { name: 'koa', port: 8082, command: ['node', 'app.js'], isBuilt: has('koa/app.js') },
  { name: 'hono', port: 8084, command: ['node', 'app.js'], isBuilt: has('hono/app.js') },
  { name: 'fastify', port: 8085, command: ['node', 'app.js'], isBuilt: has('fastify/app.js') },
  { name: 'web', port: 8091, command: ['node', 'app.js'], isBuilt: has('web/app.js') },
  { name: 'lambda', port: 8092, lambda: 'handler.js', isBuilt: has('lambda/handler.js') },
  {
    name: 'next',
    port: 8093,
    command: ['node', 'node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1'],
    isBuilt: has('next/.next/BUILD_ID'),
  },
  { name: 'remix', port: 8083, command: ['node', 'server.js'], isBuilt: has('remix/build/server/index.js') },
  { name: 'nestjs', port: 8081, command: ['node', 'dist/main.js'], isBuilt: has('nestjs/dist/main.js') },
  // The standard library's server, which every Python has.
  { ...python('wsgi', 8090), isBuilt: hasPython('wsgiref'), hasExamplePages: true },
  python('streamlit', 8086),
  python('fastapi', 8087),
  python('dash', 8088),
  python('gradio', 8089),
]

/** What every example app answers. */
export const EXPECTATIONS = [
  { user: 'ada@example.com', path: '/', expected: 200, body: /Ada Admin/ },
  { user: 'ada@example.com', path: '/reports', expected: 200 },
  { user: 'ada@example.com', path: '/api/me', expected: 200, body: /"email":"ada@example.com"/ },
  { user: 'dev@example.com', path: '/', expected: 200, body: /Dev Eloper/ },
  { user: 'dev@example.com', path: '/reports', expected: 403, body: /access_denied/ },
  { user: 'dev@example.com', path: '/api/me', expected: 200, body: /"email":"dev@example.com"/ },
  { user: 'guest@example.com', path: '/', expected: 403, body: /access_denied/ },
  { user: 'guest@example.com', path: '/api/me', expected: 403, body: /access_denied/ },
  { user: 'nobody', path: '/', expected: 302, location: /\/oauth2\/authorize\?/ },
  { user: 'nobody', path: '/ (straight to the app)', direct: '/', expected: 401, body: /missing_token/ },
  { user: 'nobody', path: '/ (forged headers)', direct: '/', forged: true, expected: 401, body: /invalid_token/ },
  { user: 'nobody', path: '/health (straight to the app)', direct: '/health', expected: 200 },
]

/** What any app behind the gateway answers: its pages are its own. */
export const GATEWAY_EXPECTATIONS = [
  { user: 'ada@example.com', path: '/', expected: 200 },
  { user: 'dev@example.com', path: '/', expected: 200 },
  { user: 'guest@example.com', path: '/', expected: 403, body: /access_denied/ },
  { user: 'nobody', path: '/', expected: 302, location: /\/oauth2\/authorize\?/ },
  { user: 'nobody', path: '/ (straight to the gateway)', direct: '/', expected: 401, body: /missing_token/ },
  { user: 'nobody', path: '/ (forged headers)', direct: '/', forged: true, expected: 401, body: /invalid_token/ },
  { user: 'nobody', path: '/_cognito-auth/live (straight)', direct: '/_cognito-auth/live', expected: 200 },
]

const note = { note: 'hello' }

/** What one app answers besides: Remix also has layouts, error boundaries, actions, and data for the browser's router. */
export const MORE_EXPECTATIONS = {
  wsgi: [
    { user: 'ada@example.com', path: '/reports', expected: 200, body: /Only members/ },
    { user: 'dev@example.com', path: '/?a', expected: 200, body: /Dev Eloper/ },
    { user: 'dev@example.com', path: '/reports', expected: 403, body: /For admins/ },
  ],
  remix: [
    { user: 'ada@example.com', path: '/reports.data', expected: 200 },
    { user: 'dev@example.com', path: '/reports?', expected: 403, body: /Signed in as[^]*Dev Eloper[^]*not for you/ },
    { user: 'dev@example.com', path: '/reports.data', expected: 403, body: /access_denied/ },
    { user: 'dev@example.com', path: '/?index', form: note, expected: 200, body: /Dev Eloper says: hello/ },
    { user: 'guest@example.com', path: '/?index', form: note, expected: 403, body: /access_denied/ },
    { user: 'guest@example.com', path: '/_root.data', expected: 403, body: /access_denied/ },
  ],
}
