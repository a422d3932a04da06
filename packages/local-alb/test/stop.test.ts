import { type ChildProcess, spawn } from 'node:child_process'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type EchoApp, startEchoApp } from './echo-app.js'
import { QUICKLY } from './quickly.js'

let app: EchoApp
let child: ChildProcess

beforeEach(async () => {
  app = await startEchoApp()
})

afterEach(async () => {
  child.kill('SIGKILL')
  await app.stop()
})

/** Starts, stops when a line comes in, and says what is open then. It must end by itself. */
const SCRIPT = `
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { startLocalAlb } from ${JSON.stringify(new URL('../dist/index.mjs', import.meta.url).href)}
const alb = await startLocalAlb(JSON.parse(process.argv[1]))
console.log(alb.url)
await once(process.stdin, 'data')
process.stdin.destroy()
await alb.stop()
// Handles are closed in turns after they were asked to.
for (let turn = 0; turn < 10; turn += 1) await setImmediate()
console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|Immediate)/.test(name))))
`

const SILENT_APP = `require('node:http').createServer(() => {}).listen(process.env.PORT)`

test.each([
  ['requests, a stream, a WebSocket and a health check', () => ({ target: app.url, healthPath: '/slow' })],
  ['an app of its own', () => ({ command: [process.execPath, '-e', SILENT_APP] })],
])('stop() leaves nothing open of %s: the process ends by itself', async (_what, more) => {
  const options = { port: 0, rules: [{ path: '/*', action: 'none', target: app.url }], ...more() }
  child = spawn(process.execPath, [...QUICKLY, '--input-type=module', '-e', SCRIPT, JSON.stringify(options)])
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('the streams of the child are piped')
  const lines = createInterface(stdout)[Symbol.asyncIterator]()
  const { value: url } = (await lines.next()) as { value: string }

  expect(await (await fetch(`${url}/a`)).json()).toMatchObject({ url: '/a' })
  await json(await new Promise((resolve) => request(`${url}/b`, resolve).end()))
  const events = await fetch(`${url}/events`)
  const slow = fetch(`${url}/slow`)
  const socket = new WebSocket(url.replace('http', 'ws'))
  await new Promise((resolve) => socket.once('message', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))

  stdin.write('stop\n')
  await expect(slow).rejects.toThrow('fetch failed')
  await expect(events.text()).rejects.toThrow('terminated')
  await closed
  expect(JSON.parse(((await lines.next()) as { value: string }).value)).toEqual([])
  expect(await exited).toBe(0)
})
