/**
 * Fills a compat package: the app of `shared`, and with `--tests` those of `packages/nestjs` as they are, but against
 * the built package and this package's own major of Nest. Run in the package's folder, before its build.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const shared = new URL('shared/', import.meta.url)
const tests = new URL('../packages/nestjs/test/', import.meta.url)

for (const folder of ['src', 'test']) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
}
cpSync(new URL('app.ts', shared), 'src/app.ts')
cpSync(new URL('app.test.ts', shared), 'test/app.test.ts')
cpSync(new URL('auth-config.json', tests), 'test/auth-config.json')
// All that is there, with what tests share, so that a new file of theirs needs no line here.
const all = readdirSync(tests).filter((name) => name.endsWith('.ts') && name !== 'bundle.test.ts')
for (const name of process.argv.includes('--tests') ? all : ['apps.ts']) {
  const source = readFileSync(new URL(name, tests), 'utf8')
  const copy = source
    .replaceAll("'../src/index.js'", "'@cognito-auth/nestjs'")
    .replaceAll("'../src/testing.js'", "'@cognito-auth/nestjs/testing'")
  writeFileSync(`test/${name}`, copy)
}
