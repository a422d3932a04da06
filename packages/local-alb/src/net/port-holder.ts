/**
 * Which process listens on a port, as far as the system tells us: a person wants to know what to stop.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** `ps` and `lsof` must not hold up the message that they are for. */
const OPTIONS = { timeout: 2_000, windowsHide: true } as const
/** State of a socket that listens (Linux, `include/net/tcp_states.h`). */
const LISTENING = '0A'

/** `undefined` for whatever is gone, or not ours to read. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Numbers of the sockets that listen on a port. */
function socketsOn(port: number): Set<string> {
  const sockets = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (attempt(() => readFileSync(table, 'utf8')) ?? '').split('\n')) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      const isOnPort = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16) === port
      if (state === LISTENING && isOnPort) sockets.add(`socket:[${inode}]`)
    }
  }
  return sockets
}

function holderOnLinux(port: number): string | undefined {
  const sockets = socketsOn(port)
  for (const pid of (attempt(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name))) {
    const files = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []
    if (!files.some((file) => sockets.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${file}`)) ?? ''))) continue
    const name = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'a process'
    return `${name} (process ${pid})`
  }
  return undefined
}

async function holderByLsof(port: number): Promise<string | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], OPTIONS)
  const [, pid, name] = /^p(\d+)\nc(.+)$/m.exec(stdout) ?? []
  return pid === undefined ? undefined : `${name} (process ${pid})`
}

/** `node (process 4711)`; `undefined` where the system does not say. */
export async function holderOf(port: number): Promise<string | undefined> {
  if (process.platform === 'linux') return holderOnLinux(port)
  if (process.platform === 'win32') return undefined
  return await holderByLsof(port).catch(() => undefined)
}
