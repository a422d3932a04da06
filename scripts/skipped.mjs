/**
 * A reporter for Vitest that says which tests were skipped and why, a line for each reason. A test says it by
 * `skip(condition, 'reason')` of its context; one without a reason fails the run: nobody would notice what is no longer tested.
 *
 * @module
 */

export default class Skipped {
  onTestRunEnd(modules) {
    const reasons = new Map()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const { note } = test.result()
        const reason = note ?? `without a reason: ${module.relativeModuleId} > ${test.fullName}`
        const projects = reasons.get(reason) ?? []
        reasons.set(reason, [...projects, module.project.name])
        // A test after a hook that failed is skipped, too: its file has failed already.
        if (note === undefined && module.state() !== 'failed') process.exitCode = 1
      }
    }
    for (const [reason, projects] of reasons)
      console.log(`skipped ${projects.length}: ${reason} (${[...new Set(projects)].join(', ')})`)
  }
}
