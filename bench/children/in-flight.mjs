/**
 * A process that measures the row "never seen, 64 in flight": the size of the thread pool is the process's. Arguments:
 * rounds, requests.
 */
import { neverSeenInFlight } from '../cases/pairs.mjs'

const [rounds, size] = process.argv.slice(2).map(Number)
process.stdout.write(JSON.stringify(await neverSeenInFlight({ rounds, size })))
