import { expect, test } from 'vitest'
import { parseUser } from './users.js'

test.each(['a@example.com', 'zoë@example.com', 'a+b@bücher.example', '用户@例子.测试', "o'brien@example.com"])(
  'a user may have the address %s',
  (email) => {
    expect(parseUser({ email }, 'user')).toMatchObject({ email })
  },
)

test.each([
  'a',
  'a@b',
  '@example.com',
  'a@@example.com',
  'a b@example.com',
  'a@example.com\r\nx: y',
  'a@.com',
  'a@example.',
  '<a@example.com>',
])('and not %j', (email) => {
  expect(() => parseUser({ email }, 'user')).toThrow('must be an e-mail address')
})

test('a name of a file is told without what a terminal would obey', () => {
  const user = { email: 'a@example.com', 'gr\u001b[2J\u202e\noups': [] }
  expect(() => parseUser(user, 'user')).toThrow(/^user\.gr\?\[2J\?\?oups is unknown/)
})
