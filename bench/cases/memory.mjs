/** What remembering tokens costs, and that it stays there. */
import { runChild } from '../children/run-child.mjs'
import { bound, row } from '../report.mjs'

const MIB = 2 ** 20

/** What one remembered user takes, by groups, and that large tokens are bounded by bytes. */
export async function memoryOfUsers({ isQuick }) {
  const users = isQuick ? 100 : 2_000
  const samples = {}
  for (const groups of [1, 10, 100]) {
    const { bytes, tokenLength } = await runChild('memory-of-users.mjs', [users, groups, 2 ** 40], ['--expose-gc'])
    samples[`${groups} groups, access tokens of ${tokenLength.toLocaleString('en-GB')} bytes`] = [
      { each: bytes / users, all: bytes / MIB },
    ]
  }
  const many = isQuick ? 200 : 4_000
  const limit = (isQuick ? 1 : 32) * MIB
  const { bytes, tokenLength } = await runChild('memory-of-users.mjs', [many, 500, limit], ['--expose-gc'])
  const large = `${many.toLocaleString('en-GB')} users with access tokens of ${tokenLength.toLocaleString('en-GB')} bytes, tokenCacheBytes of ${limit / MIB} MiB`
  samples[large] = [{ each: bytes / many, all: bytes / MIB }]
  return row({
    title: 'Memory for each remembered user',
    standsFor: 'the size of a container: both tokens, and the user that is made of them',
    samples,
    columns: [
      ['each', 'bytes for each user', 0],
      ['all', 'MiB in use by all of them', 1],
    ],
    targets: [
      bound.value([samples[Object.keys(samples)[1]][0].each / 1024], 5, 'KiB for each user of 10 groups'),
      bound.absolute(samples, 'all', large, limit / MIB, 'MiB with large tokens'),
    ],
  })
}

/** 10,000 users, each with an access token, and fresh ALB tokens of theirs, up to a million. */
export async function memory({ isQuick, tokens }) {
  const users = isQuick ? 500 : 10_000
  const cached = await runChild('memory.mjs', [users, tokens, users], ['--expose-gc'])
  // The same work without remembering anything: what is above it is the cache's, and what is below it the process's.
  const uncached = await runChild('memory.mjs', [users, Math.min(tokens, users * 2), 0], ['--expose-gc'])
  const above = ({ points, empty }, index, key) => (points.at(index)[key] - empty[key]) / MIB
  const filled = cached.points.find(({ sent }) => sent >= users)
  const later = cached.points.filter(({ sent }) => sent > users).map(({ used }) => used / MIB)
  const samples = Object.fromEntries(
    [filled, ...cached.points.filter((point) => point !== filled)].map((point) => [
      `${point.sent.toLocaleString('en-GB')} distinct ALB tokens`,
      [{ used: (point.used - cached.empty.used) / MIB, rss: (point.rss - cached.empty.rss) / MIB }],
    ]),
  )
  samples['remembering nothing, the same work'] = [
    { used: above(uncached, -1, 'used'), rss: above(uncached, -1, 'rss') },
  ]
  return row({
    title: 'Memory: 10,000 users’ tokens remembered',
    standsFor: 'a container that runs for weeks',
    samples,
    columns: [
      ['used', 'MiB in use above the empty process', 1],
      ['rss', 'MiB resident above it', 1],
    ],
    targets: [
      bound.value([(filled.used - cached.empty.used) / MIB], 32, 'MiB above the empty process, in use'),
      bound.value([Math.max(...later) - filled.used / MIB], 2, 'MiB more at any time up to the last token (flat)'),
    ],
    notes: [
      `${users.toLocaleString('en-GB')} users, each with an access token of their own and ${Math.round(tokens / users)} ALB tokens, really signed, by the same process. ` +
        '"Empty" is the process with core loaded and the access tokens signed, before the first verification; "in use" is JavaScript heap and external memory after a full garbage collection. ' +
        'Resident memory also holds what V8 keeps for its next allocations; the last line is the same work with `tokenCacheSize: 0`.',
    ],
  })
}
