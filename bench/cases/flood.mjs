/** What a flood of forged tokens does to everybody else: to the event loop, and to the first user of an app that has just started. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CognitoAuth } from '@cognito-auth/core'
import { inTurns, mainThreadUs } from '../measure.mjs'
import { bound, row } from '../report.mjs'
import { createBenchAlb, distinctPairs } from '../tokens.mjs'

const FLOOD = 2_000
const FORGED_PER_SECOND = 150

/** The same tokens with other signatures, all of them bad. */
function badSignatures(pairs, count) {
  return Array.from({ length: count }, (_, index) => {
    const { headers } = pairs[index % pairs.length]
    const token = headers['x-amzn-oidc-data']
    const end = token.lastIndexOf('.') + 1
    const signature = Buffer.from(token.slice(end), 'base64url')
    signature.writeUInt32BE(index + 1, 8)
    return { ...headers, 'x-amzn-oidc-data': token.slice(0, end) + signature.toString('base64url') }
  })
}

/** The longest that nothing else could run: by the clock, and of CPU of the main thread, which other programs do not lengthen. */
async function longestStall(work) {
  let [ms, cpuMs, isOver] = [0, 0, false]
  let last = { at: performance.now(), cpu: mainThreadUs() }
  const probe = () => {
    const now = { at: performance.now(), cpu: mainThreadUs() }
    ms = Math.max(ms, now.at - last.at)
    cpuMs = Math.max(cpuMs, (now.cpu - last.cpu) / 1_000)
    last = now
    if (!isOver) setImmediate(probe)
  }
  setImmediate(probe)
  await work()
  isOver = true
  return { ms, cpuMs }
}

/** Thousands of bad signatures at once. */
export async function stall({ rounds }) {
  const alb = await createBenchAlb()
  const pairs = await distinctPairs(alb, 100)
  const [auth, bad] = [new CognitoAuth({ ...alb.options, authoriser: null }), badSignatures(pairs, FLOOD)]
  await auth.requireUser(pairs[0].headers)
  const samples = await inTurns(rounds, {
    'cognito-auth': () =>
      longestStall(async () => {
        const outcomes = await Promise.allSettled(bad.map((headers) => auth.requireUser(headers)))
        if (outcomes.some(({ reason }) => reason?.reason !== 'signature'))
          throw new Error('not rejected for its signature')
      }),
  })
  return row({
    title: 'The longest stall of the event loop',
    standsFor: `${FLOOD.toLocaleString('en-GB')} requests with bad signatures, all at once`,
    samples,
    columns: [
      ['ms', 'ms, longest', 1],
      ['cpuMs', 'ms of CPU, main thread, longest', 1],
    ],
    targets: [
      bound.absolute(samples, 'ms', 'cognito-auth', 50, 'ms'),
      bound.absolute(samples, 'cpuMs', 'cognito-auth', 50, 'ms of CPU'),
    ],
  })
}

/** How long the first real user is answered 503 while forged key ids come in, and what those cost. */
async function coldStart(seconds) {
  const alb = await createBenchAlb()
  const auth = new CognitoAuth({ ...alb.options, authoriser: null })
  const real = await distinctPairs(alb, 10 * seconds)
  const forged = []
  for (let count = 0; count < FORGED_PER_SECOND * seconds; count += 1) {
    const oidcData = await alb.signAlbToken({ header: { kid: randomUUID() } })
    forged.push({ ...real[0].headers, 'x-amzn-oidc-data': oidcData })
  }
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1_000
  const answers = []
  const requestOf = (headers) => auth.requireUser(headers).catch(() => undefined)
  let [refused, served] = [0, seconds]
  const begun = 0.2
  while (elapsed() < seconds) {
    while (answers.length < Math.min(elapsed() * FORGED_PER_SECOND, forged.length)) {
      answers.push(requestOf(forged[answers.length]))
    }
    // A page of the first user: a request each tenth of a second, each with a token of its own.
    if (served === seconds && elapsed() > begun + refused / 10) {
      if ((await requestOf(real[refused % real.length].headers)) === undefined) refused += 1
      else served = elapsed() - begun
    }
    await sleep(2)
  }
  await Promise.all(answers)
  const fetched = alb.requests.filter((url) => !url.includes('jwks')).length
  return { served, refused, fetched }
}

/** An app that starts while somebody sends forged tokens straight to it. */
export async function coldStartInFlood({ isQuick }) {
  const seconds = isQuick ? 2 : 6
  const sample = await coldStart(seconds)
  const samples = { 'cognito-auth': [sample] }
  return row({
    title: `Cold start beside ${FORGED_PER_SECOND} forged key ids a second`,
    standsFor: 'an app that starts while somebody sends forged tokens straight to it',
    samples,
    columns: [
      ['served', 's until the first user is let in', 2],
      ['refused', 'answers of 503 before', 0],
      ['fetched', `keys fetched in ${seconds} s`, 0],
    ],
    targets: [
      bound.absolute(samples, 'served', 'cognito-auth', 1, 's'),
      // The burst, what is earned meanwhile, and the key of the user.
      bound.absolute(
        samples,
        'fetched',
        'cognito-auth',
        20 + Math.floor(seconds / 3) + 1,
        'keys fetched: the documented budget, and the one real key',
      ),
    ],
  })
}
