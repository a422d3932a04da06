/** Builds the app of this folder for the rows of Next.js. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('.', import.meta.url))

let building

async function build() {
  console.log('next build, once for the rows of Next.js: half a minute, minutes on a busy machine.\n')
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  await run(process.execPath, [next, 'build'], { cwd: folder, env })
}

/**
 * Builds the app, once for all rows. A short run goes by the last build, since it says nothing about speed.
 *
 * @returns {Promise<boolean>} `false`: a short run, and there is no build.
 */
export async function hasNextBuild(isQuick) {
  if (isQuick) {
    const isBuilt = existsSync(`${folder}.next/BUILD_ID`)
    if (!isBuilt) console.log('Next.js is left out: a short run builds nothing. `npx pnpm bench --only next` does.\n')
    return isBuilt
  }
  building ??= build()
  await building
  return true
}
