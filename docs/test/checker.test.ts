import { describe, expect, test } from 'vitest'
import { blocksOf } from './blocks.js'
import { httpProblem } from './http-blocks.js'
import { jsonProblem } from './json-blocks.js'
import { shellProblems } from './shell-blocks.js'
import { typeCheck } from './type-check.js'

/** A page with one block, whose code begins on line 2. */
function page(info: string, code: string, before = ''): { path: string; text: string } {
  return { path: 'docs/made-up.md', text: `${before}\`\`\`${info}\n${code}\n\`\`\`\n` }
}

const blocks = (info: string, code: string, before = '') => blocksOf(page(info, code, before))

describe('the checker of code blocks finds', () => {
  test('a type error, at its line of the page', () => {
    const [problem, ...others] = typeCheck(blocks('ts', 'const fine = 1\nconst wrong: string = fine'))
    expect(problem).toMatch(/^docs\/made-up\.md:3 Type 'number' is not assignable/)
    expect(others).toEqual([])
  })

  test('an option that does not exist', () => {
    const code = "import { CognitoAuth } from '@cognito-auth/core'\nnew CognitoAuth({ clientID: 'x' })"
    expect(typeCheck(blocks('ts', code))).toEqual([expect.stringMatching(/:3 .*'clientID' does not exist/)])
  })

  test('an error after a prelude, at its line of the page', () => {
    const before = '<!-- prelude\ndeclare const given: number\n-->\n\n'
    expect(typeCheck(blocks('ts', 'given.toUpperCase()', before))).toEqual([
      expect.stringMatching(/^docs\/made-up\.md:6 Property 'toUpperCase'/),
    ])
  })

  test('an error in a block with code before and behind it', () => {
    const before = '<!-- prelude\nexport class Given {\n...\n}\n-->\n\n'
    expect(typeCheck(blocks('ts', 'fine = 1\nwrong: string = 1', before))).toEqual([
      expect.stringMatching(/^docs\/made-up\.md:9 Type 'number'/),
    ])
  })

  test('an import of what the other block of the page does not export', () => {
    const text = `${page('ts [auth.ts]', 'export const auth = 1').text}\n${page('ts', "import { other } from './auth.js'").text}`
    expect(typeCheck(blocksOf({ path: 'docs/made-up.md', text }))).toEqual([
      expect.stringMatching(/no exported member/),
    ])
  })

  test.each([
    ['json', '{ "a": 1, }', /JSON/],
    ['json', '{ "allowed_group": ["a"] }', /allowed_groups/],
    ['json', '{ "allowed_groups": [], "allowed_usres": ["a@example.com"] }', /allowed_users/],
    ['json [users.json]', '[{ "mail": "a@example.com" }]', /email/],
    ['json', '{ "rules": [{ "path": "public", "action": "none" }] }', /rules\[0\]/],
    ['json [dev-mock-user.json]', '{ "mail": "dev@example.com" }', /"email"/],
  ])('%s %s', async (info, code, message) => {
    const [block] = blocks(info, code)
    if (block === undefined) throw new Error('no block')
    expect(await jsonProblem(block)).toMatch(message)
  })

  test.each([
    ['HTTP/1.1 403 No\n', /not a status line/],
    ['HTTP/1.1 403 Forbidden\nCache-Control\n', /not a header/],
    ['HTTP/1.1 403 Forbidden\nContent-Type: application/problem+json\n\n{"code":"denied"}', /the code denied/],
    ['HTTP/1.1 401 Unauthorized\nContent-Type: application/problem+json\n\n{"code":"access_denied"}', /the answer is/],
  ])('%s', (message, problem) => {
    expect(blocks('http', message).map(httpProblem)).toEqual([expect.stringMatching(problem)])
  })

  test.each([
    ['npx pnpm dmeo', 'there is no script dmeo'],
    ['npx pnpm demo --chekc', 'npx pnpm demo has no --chekc'],
    ['npx @cognito-auth/local-alb --user users.json -- node app.js', '@cognito-auth/local-alb has no --user'],
    ['npx @cognito-auth/local-alb -- nod app.js', 'nod: not a command that is checked'],
    ['npm install @cognito-auth/expres', 'npm install @cognito-auth/expres: no page is compiled against it'],
    ['node --max-http-headers-size=65536 app.js', 'node has no --max-http-headers-size'],
    ['cd app && yarn start', 'yarn: not a command that is checked'],
  ])('%s', (command, message) => {
    expect(blocks('sh', `${command} # why`).flatMap(shellProblems)).toEqual([`docs/made-up.md:2 ${message}`])
  })

  test('a command among its output', () => {
    const code = '$ npx @cognito-auth/cli doctor --jsno\nno such thing'
    expect(blocks('console', code).flatMap(shellProblems)).toEqual([
      'docs/made-up.md:2 @cognito-auth/cli has no --jsno',
    ])
  })

  test('a block without a language, and a directive for nothing', () => {
    expect(() => blocks('', 'what?')).toThrow(/needs a language/)
    expect(() => blocksOf({ path: 'x.md', text: '<!-- run -->\n\nText.\n' })).toThrow(/no code block follows/)
    expect(() => blocks('ts', 'x', '<!-- run -->\n\nText.\n\n')).toThrow(/no code block follows/)
  })
})

describe('the checker of code blocks lets pass', () => {
  test('what is right', async () => {
    const code = "import { groupRule } from '@cognito-auth/core'\nexport const rule = groupRule(['developers'])"
    expect(typeCheck(blocks('ts', code))).toEqual([])
    const [config] = blocks('json', '{ "_comment": "x", "allowed_groups": ["a"] }')
    if (config === undefined) throw new Error('no block')
    expect(await jsonProblem(config)).toBeUndefined()
    const commands =
      'npx pnpm demo --check\nNODE_ENV=test npx @cognito-auth/local-alb --users users.json -- node app.js\nnpm install express'
    expect(blocks('sh', commands).flatMap(shellProblems)).toEqual([])
  })
})
