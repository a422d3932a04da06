/** The command on a terminal: a pseudo-terminal of Python's, since Node makes none. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { CLI, command, file, folder, prepare, publicEverything } from './command.js'
import { QUICKLY } from './quickly.js'

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0
const IN_A_TERMINAL = `import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))`

/** Stands in for the program that opens browsers: writes down what it was to open. */
const opened = join(folder, 'opened')
const OPENERS = ['xdg-open', 'open'].map((name) => file(name, `#!/bin/sh\necho "$1" >> '${opened}'\n`))
for (const path of OPENERS) chmodSync(path, 0o755)

interface Terminal {
  /** Waits until the screen shows it. @returns all of the screen */
  shows(pattern: RegExp): Promise<string>
  press(key: string): void
  readonly exited: Promise<number | null>
}

let running: ChildProcess | undefined
beforeEach(({ skip }) => skip(!hasPython, 'there is no python3, whose module pty makes terminals'))
afterEach(() => {
  running?.kill()
  rmSync(opened, { force: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

function startIn(args: readonly string[], env: NodeJS.ProcessEnv = {}): Terminal {
  prepare()
  const child = spawn('python3', ['-c', IN_A_TERMINAL, process.execPath, ...QUICKLY, CLI, '--port', '0', ...args], {
    env: { ...process.env, NO_COLOR: '1', PATH: `${folder}:${process.env['PATH']}`, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  running = child
  let screen = ''
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    async shows(pattern) {
      while (!pattern.test(screen)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${screen}`)
        await sleep(20)
      }
      return screen
    },
    press: (key) => void child.stdin.write(key),
    exited,
  }
}

/** Where the app is, once it says how to quit. */
async function ready(terminal: Terminal): Promise<string> {
  const screen = await terminal.shows(/to quit/)
  return /App\s+(http:\S+)/.exec(screen)?.[1] ?? ''
}

/** What was given to the program that opens browsers. */
async function isOpened(): Promise<string> {
  while (!existsSync(opened) || readFileSync(opened, 'utf8') === '') await sleep(20)
  const url = readFileSync(opened, 'utf8')
  rmSync(opened)
  return url.trim()
}

test('o, u and f open pages in a browser, and q ends it and the app', async () => {
  const terminal = startIn(command)
  const url = await ready(terminal)
  expect(url).toMatch(/^http:\/\/localhost:\d+$/)
  for (const [key, path] of [
    ['o', ''],
    ['u', '/_local-alb/users'],
    ['f', '/_local-alb/faults'],
  ] as const) {
    terminal.press(key)
    expect(await isOpened()).toBe(url + path)
    expect((await fetch(url + path)).status).toBeLessThan(400)
  }
  terminal.press('q')
  expect(await terminal.exited).toBe(130)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s ends it as q does, and other keys do nothing', async (_name, key) => {
  const terminal = startIn(command)
  const url = await ready(terminal)
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(302)
  // At once, as a slow machine reads them: two letters, arrow up, F1, and 1 of a keypad.
  terminal.press(`xO\u001B[A\u001BOP\u001BOq${key}`)
  expect(await terminal.exited).toBe(130)
  expect(existsSync(opened)).toBe(false)
})

test('where things are stands in columns, and each request has a line, without its query', async () => {
  const terminal = startIn(['--config', publicEverything, ...command])
  const url = await ready(terminal)
  await fetch(`${url}/reports?token=secret`)
  const screen = await terminal.shows(/\d ms/)
  expect(screen).toMatch(/^ {2}App {8}http\S+\r\n {2}Console {4}http\S+\/_local-alb\r\n {2}Behind it {2}http/m)
  expect(screen).toMatch(/\d\d:\d\d:\d\d {2}200 {2}GET \/reports {2}\d+ ms\r\n/)
  expect(screen).not.toContain('secret')
  // No escape sequence: NO_COLOR is set.
  expect(screen).not.toContain('\u001b')
  terminal.press('q')
  await terminal.exited
})

test('with --quiet it says nothing, and leaves the keys to the app', async () => {
  const echo = `process.stdin.once('data', (typed) => console.log('typed ' + typed))
    require('node:http').createServer((req, res) => res.end()).listen(process.env.PORT, () => console.log('app is ready'))`
  const terminal = startIn(['--quiet', '--', process.execPath, file('echo.cjs', echo)])
  await terminal.shows(/app is ready/)
  terminal.press('q\r')
  expect(await terminal.shows(/typed q/)).not.toMatch(/local-alb|localhost|press/)
  terminal.press('\u0003')
  expect(await terminal.exited).toBe(130)
})
