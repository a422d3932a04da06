import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** From the sandbox that Stryker runs in, too. */
function findUp(path: string, from: string = process.cwd()): string {
  const found = join(from, path)
  if (existsSync(found) || from === dirname(from)) return found
  return findUp(path, dirname(from))
}

/** Suites of `src` before those of `test`: the first red test ends the run of a mutant, and Vitest begins with the longest. */
class BesideTheFileFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => one.moduleId.localeCompare(other.moduleId))
  }
}

/** The suites that `scripts/mutation.mjs` gives, those of the part in hand; all of them without it. */
const suites = (process.env['MUTATION_SUITES'] ?? 'src/**/*,test/**/*').split(',')

/** Without the made-up tokens, which would kill mutants by chance and slowly. */
export default defineConfig({
  test: {
    include: suites.map((name) => `${name}.test.ts`),
    exclude: ['test/aws/**', 'test/{hostile,differential,slow}.test.ts'],
    setupFiles: [findUp('scripts/quick-keys.mjs'), findUp('scripts/quiet-warnings.ts')],
    testTimeout: 30_000,
    sequence: { sequencer: BesideTheFileFirst },
  },
})
