/**
 * A reporter for Vitest that says at the end which test files took longest: what to look at when `npx pnpm test` grows.
 *
 * @module
 */

/** How many files are named. */
const NAMED = 6

export default class Slowest {
  onTestRunEnd(modules) {
    const files = modules
      .map((module) => ({
        name: `${module.project.name} ${module.relativeModuleId}`,
        ms: module.diagnostic().duration,
      }))
      .toSorted((one, other) => other.ms - one.ms)
    const lines = files.slice(0, NAMED).map(({ name, ms }) => `  ${(ms / 1000).toFixed(1).padStart(5)} s  ${name}`)
    console.log(`\nSlowest of ${files.length} test files:\n${lines.join('\n')}`)
  }
}
