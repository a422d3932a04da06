/** The gateway as a proxy: what it costs beside bare httpxy, and beside nginx where that is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { listenOn } from '../apps/listen.mjs'
import { CONNECTIONS, load, startChild } from '../children/parties.mjs'
import { inTurns, ratio } from '../measure.mjs'
import { bound, row, withSpread } from '../report.mjs'

const SOCKETS = 500
const BODY_BYTES = 200 * 2 ** 20
const [OURS, BARE, NGINX] = ['gateway', 'bare httpxy', 'nginx, a plain proxy']

/** nginx with one worker that keeps connections to the app; `undefined` where there is none. */
async function startNginx(upstream) {
  if (spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status !== 0) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'bench-nginx-'))
  const probe = createServer()
  const port = await listenOn(probe)
  await new Promise((resolve) => probe.close(resolve))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const config = `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
    events { worker_connections 4096; }
    http { access_log off; large_client_header_buffers 8 64k; keepalive_requests 10000000; ${paths.join(' ')}
      upstream app { server ${new URL(upstream).host}; keepalive 64; keepalive_requests 10000000; }
      server { listen 127.0.0.1:${port}; location / {
        proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; } } }`
  await writeFile(join(folder, 'nginx.conf'), config)
  const child = spawn('nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  return {
    port,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Bytes that an idle WebSocket takes in a proxy. */
async function socketBytes({ port, memory }, headers, count) {
  const before = await memory()
  const sockets = []
  for (let index = 0; index < count; index += 1) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: headers[index % headers.length] })
    await once(socket, 'message')
    sockets.push(socket)
  }
  const after = await memory()
  for (const socket of sockets) socket.terminate()
  return (after.used - before.used) / count
}

/** The most that a proxy is resident above idle, in MiB, while a body goes through. */
async function bodyMiB({ port, memory }, headers, options, bytes) {
  const idle = (await memory()).rss
  let most = 0
  const over = new AbortController()
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, (await memory()).rss)
      await sleep(50)
    }
  })()
  await new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', ...options, headers: { ...headers, ...options.headers } },
      (answer) => {
        answer.resume().once('end', resolve)
      },
    )
    sent.once('error', reject)
    const chunk = Buffer.alloc(64 * 1024)
    let left = options.method === 'PUT' ? bytes : 0
    const more = () => {
      while (left > 0) {
        left -= chunk.length
        if (!sent.write(chunk)) return sent.once('drain', more)
      }
      sent.end()
    }
    more()
  })
  over.abort()
  await watching
  return Math.max(0, most - idle) / 2 ** 20
}

/** The row. */
export async function gateway({ appRounds: rounds, size, isQuick }) {
  const app = await startChild('app')
  const upstream = `http://127.0.0.1:${app.port}`
  const [ours, bare, nginx] = await Promise.all([
    startChild('gateway', upstream),
    startChild('httpxy', upstream),
    startNginx(upstream),
  ])
  try {
    const { headers } = ours
    const amount = size * 10
    const parties = { [OURS]: ours, [BARE]: bare, ...(nginx && { [NGINX]: nginx }) }
    const contenders = Object.fromEntries(
      Object.entries(parties).map(([name, party]) => [name, async () => await load(party, headers, amount)]),
    )
    const samples = await inTurns(rounds, contenders)
    const count = isQuick ? 50 : SOCKETS
    const above = (await socketBytes(ours, headers, count)) - (await socketBytes(bare, headers, count))
    const bytes = isQuick ? BODY_BYTES / 20 : BODY_BYTES
    const up = { method: 'PUT', path: '/', headers: { 'content-length': String(bytes) } }
    const uploaded = await bodyMiB(ours, headers[0], up, bytes)
    const downloaded = await bodyMiB(ours, headers[0], { method: 'GET', path: `/?send=${bytes}` }, bytes)
    return row({
      title: 'The gateway as a proxy',
      standsFor: `an app behind it: ${CONNECTIONS} connections of autocannon, remembered tokens of ${headers.length} users, all on one machine`,
      samples,
      columns: [
        ['perSecond', 'requests/s', 0],
        ['p50', 'ms, median', 1],
        ['p99', 'ms, 99 %', 1],
      ],
      targets: [
        bound.atLeast(samples, 'perSecond', OURS, BARE, 0.85, 'x bare httpxy, requests a second'),
        bound.atMost(samples, 'p99', OURS, BARE, 1.3, 'x bare httpxy, 99 % of answers'),
        bound.value([above / 1024], 20, `KiB for each of ${count} idle WebSockets, above bare httpxy`),
        bound.value([uploaded], 32, `MiB above idle while ${bytes / 2 ** 20} MiB are uploaded`),
        bound.value([downloaded], 32, `MiB above idle while ${bytes / 2 ** 20} MiB are downloaded`),
      ],
      notes: [
        `CPU of the proxy for a request, which other programs lengthen less: ${withSpread(ratio(samples, 'cpuUs', OURS, BARE), 2)} x bare httpxy. Bare httpxy forwards the load balancer's tokens and verifies nothing.`,
        ...(nginx ? [] : ['nginx is not installed here, and was not measured.']),
      ],
    })
  } finally {
    for (const party of [ours, bare, app]) party.stop()
    await nginx?.stop()
  }
}
