/** What pages show of a command's output is what it prints. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Block, blocksOf } from './blocks.js'
import { writeBlocks } from './files.js'
import { allPages, ROOT } from './pages.js'
import { run } from './run.js'

const CLI = join(ROOT, 'packages/cli/dist/cli.mjs')

/** The network of the examples: no name server knows anything. */
const NO_NETWORK = `globalThis.fetch = async () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('none'), { code: 'ENOTFOUND' }) })
}`

/** The environment of the examples, misspelt as they say. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  COGNITO_AUTH_ALB_ARN: 'arn:aws:elasticloadbalancing:eu-west-2:111122223333:loadbalancer/app/my-alb/0123456789abcdef',
  COGNITO_AUTH_CONFIG_PATH: 'auth-config.json',
  COGNITO_AUTH_CLIENTID: '1example23456789',
}

/** The version of Node is that of whoever wrote the page. */
function comparable(output: string): string {
  return output.replace(/Node v[\d.]+/, 'Node v20').trim()
}

/** A command, and what is shown below it. */
function shownIn({ code }: Block): { readonly args: string[]; readonly output: string }[] {
  return code
    .split(/^\$ /m)
    .filter((part) => part !== '')
    .map((part) => {
      const [command = '', ...output] = part.split('\n')
      const [npx, name, ...args] = command.split(' ')
      if (npx !== 'npx' || name !== '@cognito-auth/cli') throw new Error(`${command}: nobody compares its output`)
      return { args, output: comparable(output.join('\n')) }
    })
}

const shown = allPages.flatMap((page) => blocksOf(page).filter(({ language }) => language === 'console'))

describe('a command prints what the page shows', () => {
  test('there is something to compare', () => {
    expect(shown.length).toBeGreaterThan(0)
  })

  test.each(shown)('$page:$line', (block) => {
    const page = allPages.find(({ path }) => path === block.page)
    const folder = writeBlocks(block.page, page === undefined ? [] : blocksOf(page), '_output')
    for (const { args, output } of shownIn(block)) {
      const { stdout, stderr } = run(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(NO_NETWORK)}`, CLI, ...args],
        { cwd: folder, env: ENVIRONMENT },
      )
      expect(comparable(stdout + stderr)).toBe(output)
    }
  })
})
