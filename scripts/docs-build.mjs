/**
 * `npx pnpm docs:build`: writes the API reference from the sources, then the site to `docs/.vitepress/dist`. A link to a
 * page that does not exist fails it. Where there is a Chromium, axe looks at every page of it, light and dark, and the search is
 * tried. Leaves `.reports/docs.json`: pages built, and tests of them.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { findChromium } from './chromium.mjs'
import { RETRIES } from './vitest-run.mjs'

const DIST = 'docs/.vitepress/dist'

function run(command, ...args) {
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { cwd: 'docs', stdio: 'inherit' })
  return status === 0
}

rmSync('docs/api', { recursive: true, force: true })
rmSync(DIST, { recursive: true, force: true })
const isBuilt = run('typedoc', '--logLevel', 'Error') && run('vitepress', 'build')
const pages = isBuilt ? readdirSync(DIST, { recursive: true }).filter((name) => name.endsWith('.html')).length : 0
if (isBuilt) console.log(`\n${pages} pages in ${DIST}`)

/** @returns {boolean} whether the pages are as they should be in a browser; `true` where there is none. */
function lookAtPages() {
  const chromium = findChromium()
  if (chromium === undefined) {
    console.log('skipped: axe on each page, since there is no Chromium here (apt-get install chromium)')
    return true
  }
  const env = { ...process.env, CHROMIUM_PATH: chromium }
  const reporters = ['--reporter=minimal', '--reporter=json', '--outputFile.json=../.reports/docs-site.json']
  const args = ['run', '--config', 'vitest.site.config.ts', ...RETRIES, ...reporters]
  return spawnSync('node_modules/.bin/vitest', args, { cwd: 'browser', stdio: 'inherit', env }).status === 0
}

const isSound = isBuilt && lookAtPages()
mkdirSync('.reports', { recursive: true })
writeFileSync('.reports/docs.json', JSON.stringify({ passed: pages, failed: isSound ? 0 : 1 }))
process.exit(isSound ? 0 : 1)
