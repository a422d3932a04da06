/**
 * A stranger's project: one of our packages installed from its tarball by npm, and a program that uses it.
 *
 * The program is written once, in TypeScript: compiled as an ES module and as CommonJS it is also what is run.
 */
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { environmentFor } from './nodes.mjs'
import { run } from './run.mjs'

const CONSUMERS = 'scripts/packages/consumers'
const TYPESCRIPT = resolve('node_modules/typescript/bin/tsc')

/** The three ways in which TypeScript resolves imports in new projects; one of them also writes the JavaScript. */
const RESOLUTIONS = {
  node16: { module: 'node16', noEmit: true },
  nodenext: { module: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler', noEmit: true },
}

const COMPILER_OPTIONS = {
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html says that Lambda sets them on Node 20 and 22. */
const LAMBDA_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module']

/** What Node 22.12 says where a program requires an ES module of another package than ours, as React Router's are. */
const WARNING_OF_OTHERS =
  /^\(node:\d+\) ExperimentalWarning: CommonJS module .+ is loading ES Module .+[/]node_modules[/](?!@cognito-auth[/]).+ using require\(\)\.\n.+\n.+\n/m

/** What Node says where another package than ours requires an ES module while it works, as Fastify's `inject()` does. */
const REQUIRED_BY_OTHERS =
  /ERR_REQUIRE_ESM\]: require\(\) of ES Module .+ from .+[/]node_modules[/](?!@cognito-auth[/])((?:@[\w-]+[/])?[\w.-]+)[/]/

/** Direct dependencies get our tarballs; what those depend on of ours gets them by `overrides`. */
function withTarballs(dependencies, tarballs) {
  const ours = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const direct = Object.keys(dependencies).map((name) => [name, ours[name] ?? dependencies[name]])
  const overrides = Object.keys(ours).map((name) => [name, name in dependencies ? `$${name}` : ours[name]])
  return { dependencies: Object.fromEntries(direct), overrides: Object.fromEntries(overrides) }
}

/**
 * The oldest peers that a package allows, as its consumer's package.json lists them: one set for each major.
 *
 * @param {string} name Folder name of the package.
 * @returns {Record<string, string>[]} Versions by package.
 */
export function floorsOf(name) {
  const path = join(CONSUMERS, name, 'package.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).floors ?? []) : []
}

/**
 * Makes the project and installs it.
 *
 * @param {string} name Folder name of the package.
 * @param {{ folder: string, tarballs: { name: string, file: string }[], floor?: Record<string, string> }} where `floor`:
 *   versions to install instead of those that the consumer names.
 * @returns {Promise<string>} Folder of the project.
 * @throws {Error} when there is no consumer of that package, or npm fails.
 */
export async function createProject(name, { folder, tarballs, floor }) {
  const source = join(CONSUMERS, name)
  if (!existsSync(source)) throw new Error(`${source} is missing: write a program that uses the package`)
  const project = await mkdtemp(join(folder, `${name}-`))
  const { floors: _, ...manifest } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  for (const extension of ['mts', 'cts']) await cp(join(source, 'consumer.ts'), join(project, `consumer.${extension}`))
  for (const [resolution, options] of Object.entries(RESOLUTIONS)) {
    // Nest 10.0 has declarations that today's compiler refuses, and Next has of any version.
    const skipLibCheck = floor !== undefined || manifest.compilerOptions?.skipLibCheck === true
    const compilerOptions = { ...COMPILER_OPTIONS, ...manifest.compilerOptions, ...options, skipLibCheck }
    const tsconfig = { compilerOptions, files: ['consumer.mts', 'consumer.cts'] }
    await writeFile(join(project, `tsconfig.${resolution}.json`), JSON.stringify(tsconfig))
  }
  await install(project, { ...manifest, dependencies: { ...manifest.dependencies, ...floor } }, tarballs)
  return project
}

/** Writes package.json, and installs what it names with npm. @throws {Error} when npm fails. */
async function install(project, manifest, tarballs) {
  const installed = { ...manifest, ...withTarballs(manifest.dependencies, tarballs) }
  await writeFile(join(project, 'package.json'), JSON.stringify(installed, null, 2))
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const { ok, output } = await run('npm', args, { cwd: project })
  if (!ok) throw new Error(output)
  await assertFromTarballs(project)
}

/** Majors of Nest whose CLI sets Jest up for CommonJS. */
export const JEST_MAJORS = ['10', '11']

/** What of a new Nest app its tests need: the rest (linting, formatting) only takes long to install. */
const NEEDED_BY_JEST = /^(?:@nestjs\/testing|@types\/(?:jest|node)|jest|ts-jest|typescript)$/

/**
 * Tests of a Nest app as `nest new` makes it, with our packages and a test that uses them, and without a line of
 * configuration.
 *
 * @param {string} major
 * @param {{ folder: string, tarballs: { name: string, file: string }[] }} where
 * @returns {Promise<string | undefined>} What is wrong.
 */
export async function jestProblem(major, { folder, tarballs }) {
  const source = join(CONSUMERS, 'nestjs-jest')
  const parent = await mkdtemp(join(folder, `nestjs-jest-${major}-`))
  const command = ['nest', 'new', 'app', '--skip-install', '--skip-git', '--package-manager', 'npm']
  const args = ['exec', '--yes', '--prefer-offline', `--package=@nestjs/cli@^${major}`, '--', ...command]
  const made = await run('npm', args, { cwd: parent })
  if (!made.ok) return made.output
  const project = join(parent, 'app')
  const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
  const { dependencies } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  const needed = Object.entries(manifest.devDependencies).filter(([name]) => NEEDED_BY_JEST.test(name))
  await cp(join(source, 'auth.spec.ts'), join(project, 'src/auth.spec.ts'))
  await install(
    project,
    {
      ...manifest,
      devDependencies: Object.fromEntries(needed),
      dependencies: { ...manifest.dependencies, ...dependencies },
    },
    tarballs,
  )
  const { ok, output } = await run('node', ['node_modules/jest/bin/jest.js', '--ci'], { cwd: project })
  // The app's own test, and ours.
  return ok && /^Tests: +3 passed, 3 total$/m.test(output) ? undefined : output
}

/** A package of ours that came from the registry would be another one than what is tested. */
async function assertFromTarballs(project) {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'))
  for (const [path, { resolved }] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/@cognito-auth/') || resolved?.startsWith('file:')) continue
    throw new Error(`${path} was not installed from its tarball but from ${resolved}`)
  }
}

/**
 * Type-checks the program under each resolution, then runs it as ES module and as CommonJS on each Node.
 *
 * @param {string} project
 * @param {{ version: string, bin: string | undefined }[]} nodes
 * @param {string[]} [resolutions] `nodenext` must be among them: it writes the JavaScript.
 * @returns {AsyncGenerator<{ what: string, problem: string | undefined }>}
 */
export async function* checkProject(project, nodes, resolutions = Object.keys(RESOLUTIONS)) {
  for (const resolution of resolutions) {
    const { ok, output } = await run('node', [TYPESCRIPT, '-p', `tsconfig.${resolution}.json`], { cwd: project })
    yield { what: `types, ${resolution}`, problem: ok ? undefined : output }
  }
  const kinds = { 'ES module': ['consumer.mjs'], CommonJS: ['consumer.cjs'] }
  const other = await esmOnlyDependency(project)
  if (other !== undefined) console.log(`skipped: CommonJS as on Lambda: ${other} is ES modules only`)
  for (const node of nodes) {
    // On these Lambda does not let `require()` load ES modules.
    const onLambda = /^2[02]\./.test(node.version) && other === undefined
    const lambda = onLambda ? { 'CommonJS, as on Lambda,': [...LAMBDA_FLAGS, 'consumer.cjs'] } : {}
    for (const [kind, args] of Object.entries({ ...kinds, ...lambda })) {
      const { ok, output } = await run('node', args, { cwd: project, env: environmentFor(node) })
      const requirer = kind in kinds ? undefined : REQUIRED_BY_OTHERS.exec(output)?.[1]
      if (requirer !== undefined) {
        console.log(`skipped: ${kind} on Node ${node.version}: ${requirer} requires an ES module there`)
        continue
      }
      // Whatever is printed, a warning of Node's for instance, every user would see.
      const isQuiet = output.replace(WARNING_OF_OTHERS, '').trim() === ''
      yield {
        what: `${kind} on Node ${node.version}`,
        problem: ok && isQuiet ? undefined : output || 'failed silently',
      }
    }
  }
}

/** A dependency of the project, not one of ours, that is ES modules only: Nest 12. With it there is no CommonJS without `require(esm)`. */
async function esmOnlyDependency(project) {
  const { dependencies } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies).filter((one) => !/^@(?:types|cognito-auth)[/]/.test(one))) {
    const { ok, output } = await run('node', [...LAMBDA_FLAGS, '-e', `require('${name}')`], { cwd: project })
    if (!ok && output.includes('ERR_REQUIRE_ESM')) return name
  }
  return undefined
}
