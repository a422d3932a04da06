import { rmSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { file, folder, run } from './command.js'

afterAll(() => rmSync(folder, { recursive: true }))

describe('a mistake', () => {
  test.each([
    { what: 'nothing to forward to', args: [], code: 2, says: /--target, or its command after --/ },
    {
      what: 'an unknown option',
      args: ['--prot', '1'],
      code: 2,
      says: /Unknown option '--prot'\. Did you mean '--port'\? .*--help/,
    },
    {
      what: '--print-env of a port nobody knows',
      args: ['--print-env', '--port', '0'],
      code: 2,
      says: /needs a --port/,
    },
    {
      what: 'a fault that would do nothing',
      args: ['--oidc', '--fault', 'wrong_subject', '--target', 'http://a'],
      code: 2,
      says: /does nothing here/,
    },
    { what: 'a port that is none', args: ['--port', 'x'], code: 2, says: /--port must be a whole number/ },
    { what: 'a target that is no URL', args: ['--target', 'x'], code: 2, says: /--target must be a URL/ },
    {
      what: 'a target with TLS',
      args: ['--target', 'https://x'],
      code: 2,
      says: /--target must begin with http:\/\/: .*TLS/,
    },
    { what: 'an unknown fault', args: ['--fault', 'x'], code: 2, says: /Unknown fault 'x'/ },
    { what: 'a users file that is not there', args: ['--users', '/no'], code: 2, says: /there is no file \/no$/m },
    {
      what: 'a config file that is not there',
      args: ['--config', '/no.json'],
      code: 2,
      says: /there is no file \/no\.json/,
    },
    { what: 'a config file that is a folder', args: ['--config', '/'], code: 2, says: /\/ cannot be read: EISDIR/ },
    {
      what: 'users that are no JSON',
      args: ['--users', file('a', '{')],
      code: 2,
      says: /is not JSON: .*position 1 \(line 1 column 2\)/,
    },
    {
      what: 'a config that is no JSON',
      args: ['--config', file('j.json', '{"port": 1,\n  "rules": [1 2]}')],
      code: 2,
      says: /is not JSON: .*line 2 column 15/,
    },
    {
      what: 'a file that a terminal would obey',
      args: ['--users', file('esc.json', '[\u001B[2J')],
      code: 2,
      says: /is not JSON: \P{Cc}*\n$/u,
    },
    { what: 'no users', args: ['--users', file('b', [])], code: 2, says: /must name at least one user/ },
    {
      what: 'a user without e-mail',
      args: ['--users', file('c', [{}])],
      code: 2,
      says: /users\[0\]\.email is missing/,
    },
    { what: 'a bad e-mail', args: ['--users', file('d', [{ email: 'x' }])], code: 2, says: /users\[0\]\.email/ },
    {
      what: 'an unknown key in the config',
      args: ['--config', file('e', { usrs: [] })],
      code: 2,
      says: /Unknown option 'usrs'\. Did you mean 'users'\?/,
    },
    {
      what: 'a config that cannot run',
      args: ['--config', file('g.ts', 'export default {')],
      code: 2,
      says: /g\.ts cannot/,
    },
    {
      what: 'a config without options',
      args: ['--config', file('h.ts', 'export {}')],
      code: 2,
      says: /default export/,
    },
    { what: 'a config that is not there', args: ['--config', '/no.ts'], code: 2, says: /there is no file \/no\.ts/ },
    {
      what: 'a session of no time',
      args: ['--target', 'http://a', '--session', '0'],
      code: 2,
      says: /--session must/,
    },
    {
      what: 'a module without handler',
      args: ['--port', '0', '--lambda', file('i.mjs', '')],
      code: 2,
      says: /"handler"/,
    },
    {
      what: 'a bad rule',
      args: ['--config', file('f', { rules: [{}] })],
      code: 2,
      says: /rules\[0\]\.action is missing/,
    },
  ])('is a sentence and no stack: $what', async ({ args, code, says }) => {
    const result = await run(args).done
    expect(result.code).toBe(code)
    expect(result.said).toMatch(says)
    expect(result.said).toMatch(/^local-alb: [^\n]*\n$/)
  })
})
