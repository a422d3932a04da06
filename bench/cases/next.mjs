/** Next.js, which is built first. */
import { hasNextBuild } from '../next/build.mjs'
import { endToEnd } from './end-to-end.mjs'

// A request takes milliseconds: fewer of them are a second of load.
const measure = endToEnd('next', 'Next.js, a route handler', 1)

/** Its row; none in a short run without a build. */
export async function nextUnderLoad(effort) {
  return (await hasNextBuild(effort.isQuick)) ? await measure(effort) : undefined
}
