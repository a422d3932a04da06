/** Whole apps under load, over HTTP. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { WAYS } from '../apps/frameworks.mjs'
import { FEW_THREADS, inTurns, ratio } from '../measure.mjs'
import { bound, row, withSpread } from '../report.mjs'

const CONNECTIONS = 64
export const LABELS = { without: 'without a check', ours: 'cognito-auth', 'by hand': 'aws-jwt-verify, by hand' }
const WITH_FEW_THREADS = `${LABELS.ours}, UV_THREADPOOL_SIZE=${FEW_THREADS}`

/** The tokens of a request as a load balancer sends them. */
export function headersOf({ oidcData, accessToken }) {
  return { 'x-amzn-oidc-data': oidcData, 'x-amzn-oidc-accesstoken': accessToken }
}

/** Starts an app in a process of its own. */
export async function startApp(framework, way, users, fresh, env = {}) {
  const child = fork(
    fileURLToPath(new URL('../apps/app.mjs', import.meta.url)),
    [framework, way, users, fresh].map(String),
    // What Next.js says when it starts is no result.
    { execArgv: ['--expose-gc'], env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const ready = await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`the app ended with ${code} before it listened`)))
  })
  const cpuUs = async () => {
    const answer = once(child, 'message')
    child.send('cpu')
    const [{ user, system }] = await answer
    return user + system
  }
  return { ...ready, cpuUs, stop: () => child.disconnect() }
}

/**
 * Sends each request once, dealt to the connections: autocannon by itself would send the first of them on each.
 */
export async function load({ port, cpuUs }, requests) {
  const each = Math.floor(requests.length / CONNECTIONS)
  let dealt = 0
  const cpuBefore = await cpuUs()
  let last = 0
  const run = autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    amount: each * CONNECTIONS,
    sampleInt: 50,
    // Seconds: on a busy machine a slow answer is a number like others, not a failure.
    timeout: 60,
    setupClient: (client) => {
      client.setRequests(requests.slice(dealt, dealt + each).map((tokens) => ({ headers: headersOf(tokens) })))
      dealt += each
    },
  })
  const started = performance.now()
  // autocannon's own duration ends with its next sample, not with the last response.
  run.on('response', () => {
    last = performance.now()
  })
  const result = await run
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
  const answered = result['2xx']
  return {
    perSecond: (answered / (last - started)) * 1000,
    p50: result.latency.p50,
    p99: result.latency.p99,
    p999: result.latency.p99_9,
    cpuUs: ((await cpuUs()) - cpuBefore) / answered,
  }
}

/**
 * The row of one framework.
 *
 * @param times How many times more requests than other rows have: a second of load, so that neither starting nor compiling is
 * most of it.
 */
export function endToEnd(framework, title, times = 3) {
  return async ({ appRounds: rounds, size: pairs, isQuick }) => {
    const size = pairs * times
    const users = isQuick ? 20 : 256
    const apps = {}
    const start = async (name, way, env) => {
      apps[name] = await startApp(framework, way, users, size * (rounds + 1), env)
    }
    let samples
    try {
      await Promise.all([
        ...WAYS.map((way) => start(LABELS[way], way)),
        start(WITH_FEW_THREADS, 'ours', { UV_THREADPOOL_SIZE: FEW_THREADS }),
      ])
      // A slice of its own for each round: fresh is fresh.
      const fresh = (app) => (round) => load(app, app.fresh.slice((round + 1) * size, (round + 2) * size))
      const seen = (app) => () =>
        load(
          app,
          Array.from({ length: size }, (_, index) => app.seen[index % users]),
        )
      const contenders = {}
      for (const name of Object.values(LABELS)) contenders[`${name}, tokens seen`] = seen(apps[name])
      for (const name of [...Object.values(LABELS), WITH_FEW_THREADS]) {
        contenders[`${name}, ALB token fresh`] = fresh(apps[name])
      }
      samples = await inTurns(rounds, contenders)
    } finally {
      for (const app of Object.values(apps)) app.stop()
    }
    const timesByHand = (name, kind) => {
      const [a, b] = [`${name}, ${kind}`, `${LABELS['by hand']}, ${kind}`]
      return `${withSpread(ratio(samples, 'perSecond', a, b), 2)} x the one written by hand, ${kind}`
    }
    const target = (kind) => {
      const [ours, byHand] = [`${LABELS.ours}, ${kind}`, `${LABELS['by hand']}, ${kind}`]
      return bound.atLeast(samples, 'perSecond', ours, byHand, 1.5, `x the one written by hand, ${kind}`)
    }
    return row({
      title: `End to end: ${title}`,
      standsFor: `an app under load: ${CONNECTIONS} connections of autocannon, one Node process, its client on the same machine`,
      samples,
      columns: [
        ['perSecond', 'requests/s', 0],
        ['cpuUs', 'us of CPU of the app', 0],
        ['p50', 'ms, median', 1],
        ['p99', 'ms, 99 %', 1],
      ],
      targets: [target('tokens seen'), target('ALB token fresh')],
      notes: [
        `With no more threads in the pool than cores: ${timesByHand(WITH_FEW_THREADS, 'ALB token fresh')}.`,
        `The most that can be had, without any check: ${timesByHand(LABELS.without, 'tokens seen')}; ${timesByHand(LABELS.without, 'ALB token fresh')}.`,
      ],
    })
  }
}
