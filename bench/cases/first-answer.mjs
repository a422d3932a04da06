/** From the first import of an app to its first answer, as ES modules and as CommonJS. */
import { runChild } from '../children/run-child.mjs'
import { inTurns, quantile } from '../measure.mjs'
import { hasNextBuild } from '../next/build.mjs'
import { bound, row } from '../report.mjs'

const FRAMEWORKS = ['express', 'koa', 'fastify', 'hono', 'nestjs', 'web', 'remix', 'lambda', 'next']

/** Each app in a fresh process, protected and not. */
export async function firstAnswer({ appRounds: rounds, isQuick }) {
  const contenders = {}
  // A few processes are enough to see that it works.
  const frameworks = isQuick ? ['express', 'lambda', 'nestjs'] : FRAMEWORKS
  if (!isQuick) await hasNextBuild(isQuick)
  for (const framework of frameworks) {
    for (const format of ['esm', 'cjs']) {
      for (const way of ['without', 'ours']) {
        const name = `${framework}, ${format === 'esm' ? 'ES modules' : 'CommonJS'}, ${way === 'ours' ? 'protected' : 'without'}`
        contenders[name] = () => runChild('first-answer.mjs', [framework, format, way])
      }
    }
  }
  const samples = isQuick ? await once(contenders) : await inTurns(rounds, contenders)
  // Key fetches are in memory: nobody's network is measured.
  const added = Object.keys(samples)
    .filter((name) => name.endsWith('protected'))
    .map((name) => {
      const [less, more] = [samples[name.replace('protected', 'without')], samples[name]].map((of) =>
        // Not the median: what else goes on only ever adds to the CPU of a start, to Nest's a third of it, and of all adapters the most counts.
        quantile(
          of.map(({ cpuMs }) => cpuMs),
          0.25,
        ),
      )
      return more - less
    })
  return row({
    title: 'Start of an app: from its first import to its first answer',
    standsFor: 'the cold start of a function or a container',
    samples,
    columns: [
      ['ms', 'ms', 0],
      ['cpuMs', 'ms of CPU', 0],
    ],
    targets: [
      bound.value([Math.max(...added)], 150, 'ms of CPU that protection adds, with any adapter (lower quartiles)'),
    ],
    notes: [
      'NestJS is `create()`, `init()` and the first request. Next.js is its server, in this process, and what `next build` made: ES modules or CommonJS is only what loads that server.',
    ],
  })
}

/** Shows that each works. */
async function once(contenders) {
  const samples = {}
  for (const [name, measure] of Object.entries(contenders)) samples[name] = [await measure()]
  return samples
}
