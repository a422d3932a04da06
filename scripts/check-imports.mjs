/**
 * Imports go one way: inside a package down its levels, between packages along the list. A module that grows an import
 * upwards has become two modules.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** Levels of each package that has some, lowest first. A name is a file or a folder of its `src`; a new file in a folder needs no entry. */
const LEVELS = {
  core: [
    ['errors', 'error-page', 'headers', 'claims', 'events', 'decision', 'user-type', 'lib'],
    ['options'],
    ['keys'],
    ['verifier'],
    ['user'],
    ['rules'],
    ['config'],
    ['authoriser', 'dev', 'logout', 'close-at-expiry', 'cognito-auth-options', 'cognito-auth'],
    ['adapter', 'inspect', 'browser', 'index'],
  ],
  'local-alb': [
    ['options'],
    ['net', 'html', 'tokens'],
    ['sessions', 'app'],
    ['attack'],
    ['pages'],
    ['load-balancer'],
    ['local-alb', 'index'],
    ['cli'],
  ],
  gateway: [['http', 'identity'], ['options'], ['upstream'], ['handlers'], ['gateway', 'index'], ['cli']],
  nestjs: [
    ['access', 'transports', 'warn'],
    ['requests', 'discovery'],
    ['front'],
    ['guard'],
    ['decorators', 'app-guard', 'testing'],
    ['module'],
    ['index'],
  ],
}

/** Which packages each may import; tests may also use `testing`. */
const PACKAGES = {
  core: [],
  testing: [],
  express: ['core'],
  koa: ['core'],
  hono: ['core'],
  fastify: ['core'],
  nestjs: ['core'],
  web: ['core'],
  remix: ['core', 'web'],
  lambda: ['core'],
  next: ['core', 'web'],
  mcp: ['core'],
  cli: ['core'],
  create: ['core'],
  'http-kit': [],
  'local-alb': ['testing', 'http-kit'],
  gateway: ['core', 'http-kit'],
}

const problems = []

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(?:tsx?|mjs)$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOf(file) {
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, path]) => path)
}

function levelOf(levels, path, from) {
  const [name] = path.split('/')
  const level = levels.findIndex((names) => names.includes(name.replace(/(\.test(-d)?)?\.[jt]s$/, '')))
  if (level === -1) problems.push(`${from}: ${path} has no level: give it one in scripts/check-imports.mjs`)
  return level
}

for (const [name, levels] of Object.entries(LEVELS)) {
  const root = join('packages', name, 'src')
  for (const file of sources(root)) {
    if (/\.test(-d)?\.ts$/.test(file)) continue
    const own = levelOf(levels, relative(root, file), file)
    for (const path of importsOf(file).filter((one) => one.startsWith('.'))) {
      const target = relative(root, normalize(join(dirname(file), path)))
      if (levelOf(levels, target, file) > own) problems.push(`${file} imports ${path}, which is a level above it`)
    }
  }
}

for (const name of readdirSync('packages')) {
  const allowed = PACKAGES[name]
  if (allowed === undefined) {
    problems.push(`packages/${name} is not on the list in scripts/check-imports.mjs`)
    continue
  }
  for (const file of sources(join('packages', name, 'src'))) {
    const isTest = /\.test(-d)?\.tsx?$/.test(file)
    for (const path of importsOf(file)) {
      const other = /^@cognito-auth\/([\w-]+)/.exec(path)?.[1]
      if (other === undefined || allowed.includes(other) || (isTest && other === 'testing')) continue
      problems.push(`${file} imports ${path}`)
    }
  }
}

/** Files that import each other, in whichever way round: found by walking from each file to those that it imports. */
function findCircles(folder) {
  const files = new Set(sources(folder))
  const finished = new Set()
  const trail = []
  let circles = 0
  const visit = (file) => {
    if (finished.has(file)) return
    if (trail.includes(file)) {
      circles += 1
      problems.push(`import circle: ${[...trail.slice(trail.indexOf(file)), file].join(' -> ')}`)
      return
    }
    trail.push(file)
    for (const path of importsOf(file).filter((one) => one.startsWith('.'))) {
      const target = normalize(join(dirname(file), path))
      const found = [target, target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')].find((one) =>
        files.has(one),
      )
      if (found !== undefined) visit(found)
    }
    trail.pop()
    finished.add(file)
  }
  for (const file of files) visit(file)
  return circles
}

const folders = [...readdirSync('packages').map((name) => join('packages', name, 'src')), 'bench', 'scripts']
const circles = folders.map(findCircles).reduce((sum, count) => sum + count, 0)

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
console.log(`Imports go one way: 0 run up a level, ${circles} circles.`)
