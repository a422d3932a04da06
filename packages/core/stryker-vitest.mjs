/**
 * Stryker's runner for Vitest, for which a suite that does not load is red too: without a test in it none fails, and what
 * keeps it from loading would count as survived.
 */
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { DryRunStatus, TestStatus } from '@stryker-mutator/api/test-runner'
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner'

const { factory: createRunner } = vitestPlugins.find(({ kind }) => kind === PluginKind.TestRunner)

function createStrictRunner(injector) {
  const runner = createRunner(injector)
  const run = runner.run.bind(runner)
  runner.run = async (options) => {
    const result = await run(options)
    if (result.status !== DryRunStatus.Complete) return result
    const isLoaded = ({ filepath }) => result.tests.some(({ fileName }) => fileName === filepath)
    const broken = runner.ctx.state.getFiles().filter((file) => file.result?.state === 'fail' && !isLoaded(file))
    const failed = broken.map(({ filepath, result: { errors } }) => ({
      id: filepath,
      name: 'loads',
      fileName: filepath,
      timeSpentMs: 0,
      status: TestStatus.Failed,
      failureMessage: errors?.[0]?.message ?? 'The suite did not load',
    }))
    return { ...result, tests: [...result.tests, ...failed] }
  }
  return runner
}
createStrictRunner.inject = createRunner.inject

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'vitest-strict', createStrictRunner)]
