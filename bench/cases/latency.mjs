/** What people feel: how long answers take under a steady load, with a check and without. */
import { inTurns } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { steadily } from '../steady.mjs'
import { headersOf, LABELS, load, startApp } from './end-to-end.mjs'

/** Of what the protected app can do. */
const PART = 0.7

/** An Express app at a steady rate, each request with a fresh token of the load balancer, as in production. */
export async function latency({ appRounds: rounds, size: pairs, isQuick }) {
  const [users, most, steady] = isQuick ? [20, 256, 256] : [256, pairs * 3, pairs * 8]
  const ways = ['without', 'ours', 'by hand']
  const apps = {}
  try {
    for (const way of ways) apps[LABELS[way]] = await startApp('express', way, users, most * 2 + steady * (rounds + 1))
    const ours = apps[LABELS.ours]
    // Twice: the first warms up.
    await load(ours, ours.fresh.slice(0, most))
    const { perSecond } = await load(ours, ours.fresh.slice(most, most * 2))
    const rate = Math.max(64, Math.floor(perSecond * PART))
    const contenders = Object.fromEntries(
      Object.entries(apps).map(([name, app]) => [
        name,
        (round) => {
          const from = most * 2 + (round + 1) * steady
          return steadily(app, app.fresh.slice(from, from + steady).map(headersOf), rate)
        },
      ]),
    )
    const samples = await inTurns(rounds, contenders)
    return row({
      title: `Latency of an Express app at ${rate.toLocaleString('en-GB')} requests a second`,
      standsFor: `an app under a steady load, ${PART * 100} % of what it can do when protected; each token of the load balancer is fresh`,
      samples,
      columns: [
        ['p50', 'ms, median', 1],
        ['p99', 'ms, 99 %', 1],
        ['p999', 'ms, 99.9 %', 1],
        ['cpuUs', 'us of CPU of the app', 0],
      ],
      targets: [
        bound.atMost(samples, 'p99', LABELS.ours, LABELS['by hand'], 1, 'x the one written by hand, 99 % of answers'),
      ],
      notes: [
        'The load is made on the same machine, each request when it is due, and an answer counts from then; the first half second, in which connections are opened, does not.',
      ],
    })
  } finally {
    for (const app of Object.values(apps)) app.stop()
  }
}
