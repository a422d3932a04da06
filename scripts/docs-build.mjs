/**
 * `npx pnpm docs:build`: writes the API reference from the sources, then the site to `docs/.vitepress/dist`. A link to a
 * page that does not exist fails it. Leaves `.reports/docs.json`: pages built.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'

const DIST = 'docs/.vitepress/dist'

function run(command, ...args) {
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { cwd: 'docs', stdio: 'inherit' })
  return status === 0
}

rmSync('docs/api', { recursive: true, force: true })
rmSync(DIST, { recursive: true, force: true })
const isBuilt = run('typedoc', '--logLevel', 'Error') && run('vitepress', 'build')
const pages = isBuilt ? readdirSync(DIST, { recursive: true }).filter((name) => name.endsWith('.html')).length : 0
mkdirSync('.reports', { recursive: true })
writeFileSync('.reports/docs.json', JSON.stringify({ passed: pages, failed: isBuilt ? 0 : 1 }))
if (isBuilt) console.log(`\n${pages} pages in ${DIST}`)
process.exit(isBuilt ? 0 : 1)
