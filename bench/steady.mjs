/**
 * A steady load: each request is sent when it is due, whoever still waits for an answer, and its time counts from when it was due.
 * What waits for a connection, or for this process, counts too (no coordinated omission).
 */
import { Agent, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { quantile } from './measure.mjs'

/** So many at once, as a load balancer keeps them. */
const CONNECTIONS = 64

/** What comes first opens the connections, and does not count. */
const SETTLING_MS = 500

/** Sends one request. Resolves when all of its answer is there. */
function ask(port, agent, headers) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent, headers }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`answered ${response.statusCode}`))
      })
      response.once('error', reject)
    })
    sent.once('error', reject)
    sent.end()
  })
}

/**
 * Sends each of `requests` once, `perSecond` of them.
 *
 * @returns {Promise<{ p50: number, p99: number, p999: number, cpuUs: number }>} Milliseconds, and CPU of the app for each.
 */
export async function steadily({ port, cpuUs }, requests, perSecond) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const cpuBefore = await cpuUs()
  const times = []
  const asked = []
  const started = performance.now()
  const dueAt = (number) => started + (number * 1000) / perSecond
  try {
    while (asked.length < requests.length) {
      while (asked.length < requests.length && dueAt(asked.length) <= performance.now()) {
        const due = dueAt(asked.length)
        const answered = ask(port, agent, requests[asked.length]).then(() => {
          if (due - started >= SETTLING_MS) times.push(performance.now() - due)
        })
        asked.push(answered)
      }
      await setTimeout(1)
    }
    await Promise.all(asked)
  } finally {
    agent.destroy()
  }
  return {
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    p999: quantile(times, 0.999),
    cpuUs: ((await cpuUs()) - cpuBefore) / requests.length,
  }
}
