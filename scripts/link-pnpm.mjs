/**
 * Run by `pnpm install`: links the pnpm that runs it into `node_modules/.bin`, where npx looks first. Without it `npx pnpm`
 * reads all of `node_modules` before each command, to see whether pnpm is somewhere in there: seconds.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const pnpm = process.env.npm_execpath ?? ''
// Windows has no links without special rights; and only a program can be run by its link.
if (process.platform !== 'win32' && basename(pnpm) === 'pnpm') {
  const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))
  mkdirSync(bin, { recursive: true })
  rmSync(`${bin}/pnpm`, { force: true })
  symlinkSync(pnpm, `${bin}/pnpm`)
}
