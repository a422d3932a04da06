/**
 * A reporter for Vitest that says nothing, but where a run is ended from outside (Ctrl-C, the time limit of `.ci/run`):
 * then it names the files that were under way. A test that blocks its thread is not told of by any time limit of Vitest.
 *
 * @module
 */

export default class Unfinished {
  #files = new Set()

  onTestRunStart() {
    process.on('exit', this.#tell)
  }

  onTestModuleQueued({ moduleId }) {
    this.#files.add(moduleId)
  }

  onTestModuleEnd({ moduleId }) {
    this.#files.delete(moduleId)
  }

  onTestRunEnd() {
    process.off('exit', this.#tell)
  }

  #tell = () => {
    const files = [...this.#files].join(', ')
    process.stderr.write(`\nended before the tests were; under way: ${files === '' ? 'no file' : files}\n`)
  }
}
