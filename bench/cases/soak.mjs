/** The gateway over a million requests: none fails, and its memory stays flat. */
import { load, startChild } from '../children/parties.mjs'
import { bound, row } from '../report.mjs'

const MIB = 2 ** 20
const STEPS = 10

/** The row. `tokens` is how many requests are made. */
export async function soak({ tokens }) {
  const app = await startChild('app')
  const gateway = await startChild('gateway', `http://127.0.0.1:${app.port}`)
  try {
    const amount = tokens / STEPS
    const points = []
    for (let step = 1; step <= STEPS; step += 1) {
      // Throws where a request is refused or fails.
      await load(gateway, gateway.headers, amount)
      const { used, rss } = await gateway.memory()
      points.push({ requests: step * amount, used: used / MIB, rss: rss / MIB })
    }
    const [first, ...later] = points
    return row({
      title: `Memory: the gateway over ${tokens.toLocaleString('en-GB')} requests`,
      standsFor: 'a task that runs for weeks',
      samples: Object.fromEntries(
        points.map((point) => [`after ${point.requests.toLocaleString('en-GB')} requests`, [point]]),
      ),
      columns: [
        ['used', 'MiB in use', 1],
        ['rss', 'MiB resident', 1],
      ],
      targets: [
        bound.value([Math.max(...later.map(({ used }) => used)) - first.used], 2, 'MiB more in use at any time (flat)'),
        bound.fact(`${tokens.toLocaleString('en-GB')} requests, none refused or failed`, true),
      ],
      notes: ['"In use" is JavaScript heap and external memory of the gateway after a full garbage collection.'],
    })
  } finally {
    for (const party of [gateway, app]) party.stop()
  }
}
