/** Whole apps under load, over HTTP. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { WAYS } from '../apps/frameworks.mjs'
import { inTurns, ratio } from '../measure.mjs'
import { bound, row, withSpread } from '../report.mjs'

const CONNECTIONS = 64
const LABELS = { without: 'without a check', ours: 'cognito-auth', 'by hand': 'aws-jwt-verify, by hand' }

function headersOf({ oidcData, accessToken }) {
  return { headers: { 'x-amzn-oidc-data': oidcData, 'x-amzn-oidc-accesstoken': accessToken } }
}

/** Starts an app in a process of its own. */
async function startApp(framework, way, users, fresh) {
  const child = fork(
    fileURLToPath(new URL('../apps/app.mjs', import.meta.url)),
    [framework, way, users, fresh].map(String),
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

/** Sends each request once, dealt to the connections: autocannon by itself would send the first of them on each. */
async function load({ port, cpuUs }, requests) {
  const each = Math.floor(requests.length / CONNECTIONS)
  let dealt = 0
  const cpuBefore = await cpuUs()
  let last = 0
  const run = autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    amount: each * CONNECTIONS,
    sampleInt: 50,
    setupClient: (client) => {
      client.setRequests(requests.slice(dealt, dealt + each).map(headersOf))
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
    cpuUs: ((await cpuUs()) - cpuBefore) / answered,
  }
}

/** The row of one framework. */
export function endToEnd(framework, title) {
  return async ({ longRounds: rounds, size: pairs, isQuick }) => {
    // Longer than the others: a second of load, so that neither starting nor compiling is most of it.
    const size = pairs * 3
    const users = isQuick ? 20 : 256
    const apps = {}
    const samples = {}
    try {
      await Promise.all(
        WAYS.map(async (way) => {
          apps[way] = await startApp(framework, way, users, size * (rounds + 1))
        }),
      )
      // A slice of its own for each round: fresh is fresh.
      const fresh = (way) => (round) => load(apps[way], apps[way].fresh.slice((round + 1) * size, (round + 2) * size))
      const seen = (way) => () => {
        const requests = Array.from({ length: size }, (_, index) => apps[way].seen[index % users])
        return load(apps[way], requests)
      }
      const contenders = (kind, send) => Object.fromEntries(WAYS.map((way) => [`${LABELS[way]}, ${kind}`, send(way)]))
      Object.assign(samples, await inTurns(rounds, contenders('tokens seen', seen)))
      Object.assign(samples, await inTurns(rounds, contenders('ALB token fresh', fresh)))
    } finally {
      for (const app of Object.values(apps)) app.stop()
    }
    const target = (kind) => {
      const [ours, byHand] = [`${LABELS.ours}, ${kind}`, `${LABELS['by hand']}, ${kind}`]
      return bound.atLeast(samples, 'perSecond', ours, byHand, 1.5, `x the one written by hand, ${kind}`)
    }
    const most = (kind) =>
      withSpread(ratio(samples, 'perSecond', `${LABELS.without}, ${kind}`, `${LABELS['by hand']}, ${kind}`), 2)
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
        `The most that can be had, without any check: ${most('tokens seen')} x the one written by hand, tokens seen; ${most('ALB token fresh')} x, ALB token fresh.`,
      ],
    })
  }
}
