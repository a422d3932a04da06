/**
 * Programs that the tests run: proxies with the files that the docs show, and apps that fold the names of headers.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accepts, freePort } from '@cognito-auth/http-kit/ports'

/** Where the programs of PyPI are. */
const BIN = process.env['PROXIES_BIN'] ?? ''
const DOCS = join(import.meta.dirname, '../../../docs/gateway.md')
const folder = mkdtempSync(join(tmpdir(), 'gateway-proxies-'))
const running: ChildProcess[] = []
let files = 0

/** A file that the docs show, by the name in its code block. */
function fileOfDocs(name: string): string {
  const fence = new RegExp(`^\`\`\`\\w+ \\[${name.replaceAll('.', String.raw`\.`)}\\]\\n([^]*?)\\n\`\`\`$`, 'm')
  const [, text] = fence.exec(readFileSync(DOCS, 'utf8')) ?? []
  if (text === undefined) throw new Error(`docs/gateway.md shows no ${name}`)
  return `${text}\n`
}

async function start(command: readonly string[], port: number): Promise<number> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const deadline = Date.now() + 20_000
  while (!(await accepts('127.0.0.1', port, 500))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`${command.join(' ')} does not listen: ${output}`)
    await sleep(50)
  }
  return port
}

/** Apps by name: how their servers are started. */
const UPSTREAMS: Readonly<Record<string, (port: string) => readonly string[]>> = {
  wsgiref: (port) => ['/usr/bin/python3', 'upstream.py', 'wsgiref', port],
  Flask: (port) => ['/usr/bin/python3', 'upstream.py', 'flask', port],
  PHP: (port) => ['php', '-S', `127.0.0.1:${port}`, 'upstream.php'],
}
export const UPSTREAM_NAMES = Object.keys(UPSTREAMS)

/** Starts an app that folds names. @returns its port. */
export async function startUpstream(name: string): Promise<number> {
  const port = await freePort()
  return await start(UPSTREAMS[name]?.(String(port)) ?? [], port)
}

/** Ports of the files of the docs. */
interface Ports {
  readonly own: number
  readonly gateway: number
  readonly app: number
}

function withPorts(text: string, { own, gateway, app }: Ports): string {
  return text
    .replaceAll('127.0.0.1:4180', `127.0.0.1:${gateway}`)
    .replaceAll('127.0.0.1:8501', `127.0.0.1:${app}`)
    .replaceAll(/(listen |bind |^)(:?)8080/gm, (_, before: string) => `${before}127.0.0.1:${own}`)
    .replaceAll('address: 0.0.0.0, port_value: 8080', `address: 127.0.0.1, port_value: ${own}`)
    .replaceAll('port_value: 4180', `port_value: ${gateway}`)
    .replaceAll('port_value: 8501', `port_value: ${app}`)
}

function write(name: string, text: string): string {
  const own = join(folder, String((files += 1)))
  mkdirSync(own)
  writeFileSync(join(own, name), text)
  return join(own, name)
}

function nginx(ports: Ports, more = ''): readonly string[] {
  const http = `${more}${withPorts(fileOfDocs('nginx.conf'), ports)}`
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const text = `daemon off; pid ${folder}/nginx-${ports.own}.pid; error_log stderr; events {} http { access_log off; ${paths.join(' ')}\n${http} }`
  return ['nginx', '-e', 'stderr', '-c', write('nginx.conf', text)]
}

/** Proxies by name: how they are started with the file of the docs. */
const PROXIES: Readonly<Record<string, (ports: Ports) => readonly string[]>> = {
  nginx,
  'nginx that keeps every name': (ports) => nginx(ports, 'underscores_in_headers on; ignore_invalid_headers off;\n'),
  Caddy: (ports) => {
    const site = withPorts(fileOfDocs('Caddyfile').replace(':8080', `http://:${ports.own}`), ports)
    const text = `{\n  admin off\n  auto_https off\n  default_bind 127.0.0.1\n}\n${site}`
    return ['caddy', 'run', '--adapter', 'caddyfile', '--config', write('Caddyfile', text)]
  },
  HAProxy: (ports) => {
    const lua = write('verify.lua', withPorts(fileOfDocs('verify.lua'), ports))
    const text = withPorts(fileOfDocs('haproxy.cfg'), ports).replace('lua-load verify.lua', `lua-load ${lua}`)
    return ['haproxy', '-db', '-f', write('haproxy.cfg', text)]
  },
}

/** Programs of PyPI; nothing where they are not installed. */
const OF_PYPI: typeof PROXIES = {
  Traefik: (ports) => [
    join(BIN, 'traefik'),
    `--entrypoints.web.address=127.0.0.1:${ports.own}`,
    `--providers.file.filename=${write('traefik.yml', withPorts(fileOfDocs('traefik.yml'), ports))}`,
  ],
  Envoy: (ports) => {
    const file = write('envoy.yaml', withPorts(fileOfDocs('envoy.yaml'), ports))
    return [join(BIN, 'envoy'), '--disable-hot-restart', '--concurrency', '1', '--log-level', 'error', '-c', file]
  },
}
const ALL = BIN === '' ? PROXIES : { ...PROXIES, ...OF_PYPI }
export const PROXY_NAMES = Object.keys(ALL)

/** Starts a proxy that asks the gateway, in front of an app. @returns its port. */
export async function startProxy(name: string, gateway: number, app: number): Promise<number> {
  const own = await freePort()
  await start(ALL[name]?.({ own, gateway, app }) ?? [], own)
  // Traefik listens before it has read its file: everything is a 404 then.
  const deadline = Date.now() + 20_000
  while ((await fetch(`http://127.0.0.1:${own}/`)).status === 404) {
    if (Date.now() > deadline) throw new Error(`${name} answers 404`)
    await sleep(50)
  }
  return own
}

/** Ends all of them. */
export async function stopAll(): Promise<void> {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null) continue
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
    await exited
    clearTimeout(timer)
  }
  rmSync(folder, { recursive: true, force: true })
}
