/** Packages of PyPI, in a Python environment of their own below `.tmp`. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const run = (program, args, stderr = 'inherit') => spawnSync(program, args, { stdio: ['ignore', 'ignore', stderr] })

/** Ends with 1 where a module is missing, and says nothing: an import that fails would look like a fault of ours. */
const FIND = `import importlib.util, sys
sys.exit(not all(importlib.util.find_spec(name) for name in sys.argv[1:]))`

/**
 * Installs packages where they are missing.
 *
 * @param name of the environment: `.tmp/NAME/venv`.
 * @param modules by which is seen that they are there; or `programs`, in its folder `bin`.
 * @param mayInstall whether what is missing is fetched.
 * @returns the folder with its programs, or why the packages are not there.
 */
export function pythonPackages({ name, packages, modules = [], programs = [], mayInstall = true }) {
  const venv = join(process.cwd(), '.tmp', name, 'venv')
  const bin = join(venv, 'bin')
  const python = join(bin, 'python')
  const isThere = () =>
    programs.every((program) => existsSync(join(bin, program))) && run(python, ['-c', FIND, ...modules]).status === 0
  if (existsSync(python) && isThere()) return { bin }
  if (!mayInstall) return { problem: `${packages.join(', ')} of PyPI are missing here (--install)` }
  if (!existsSync(python) && run('python3', ['-m', 'venv', venv], 'ignore').status !== 0)
    return { problem: 'python3 is missing here, or its venv module' }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]
  if (run(python, pip).status !== 0) return { problem: `${packages.join(', ')} could not be installed from PyPI` }
  return { bin }
}
