import { rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { command, folder, publicEverything, run } from './command.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a reader of what is said that ends, ends nothing else', async () => {
  const { child, ready, done } = run(['--port', '0', '--config', publicEverything, '--access-log', '-', ...command])
  const url = await ready
  await expect.poll(async () => (await fetch(url)).status, { timeout: 10_000 }).toBe(200)
  child.stdout.destroy()
  child.stderr.destroy()
  for (const path of ['/a', '/b', '/c']) expect((await fetch(url + path)).status).toBe(200)
  child.kill('SIGTERM')
  expect((await done).code).toBe(128 + 15)
})
