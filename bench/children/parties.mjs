/** What is measured as a proxy, each in a process of its own, and the load on it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

/** Connections of the load. */
export const CONNECTIONS = 64

/** Starts `app`, `gateway UPSTREAM` or `httpxy UPSTREAM`. */
export async function startChild(...args) {
  const path = fileURLToPath(new URL('./proxy.mjs', import.meta.url))
  const child = fork(path, args, { execArgv: ['--expose-gc'] })
  const ready = await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code} before it listened`)))
  })
  const ask = async (what) => {
    const answer = once(child, 'message')
    child.send(what)
    return (await answer)[0]
  }
  const cpuUs = async () => {
    const { user, system } = await ask('cpu')
    return user + system
  }
  return { ...ready, cpuUs, memory: async () => await ask('memory'), stop: () => child.disconnect() }
}

/** Requests with remembered tokens, dealt to the connections. */
export async function load({ port, cpuUs }, headers, amount) {
  let dealt = 0
  const before = await cpuUs?.()
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    amount,
    sampleInt: 50,
    setupClient: (client) => {
      client.setHeaders(headers[(dealt += 1) % headers.length])
    },
  })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
  const answered = result['2xx']
  const used = before === undefined ? 0 : ((await cpuUs()) - before) / answered
  return { perSecond: answered / result.duration, cpuUs: used, p50: result.latency.p50, p99: result.latency.p99 }
}
