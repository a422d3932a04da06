import { describe, expect, test } from 'vitest'
import { startLocalAlb } from '../index.js'

describe('an option that is wrong', () => {
  test.each<[given: Record<string, unknown>, says: RegExp]>([
    [{ sessionSeconds: 0 }, /^sessionSeconds must be a whole number of seconds/],
    [{ sessionSeconds: Number.NaN }, /^sessionSeconds must/],
    [{ port: 70_000 }, /^port must be a port/],
    [{ port: '8080' }, /^port must be a port/],
    [{ oidc: { issuer: 'http://idp.example' } }, /^oidc\.issuer must be an https URL/],
    [{ oidc: { isuer: 'https://idp.example' } }, /^oidc\.isuer is unknown\. Did you mean 'issuer'\?/],
    [{ logoutUrls: ['x'] }, /^logoutUrls\[0\] must be a URL/],
    [{ rule: [] }, /^Unknown option 'rule'\. Did you mean 'rules'\? There are target, /],
    [{ 'ru\u001b[2J\u202E\nle': [] }, /^Unknown option 'ru\?\[2J\?\?le'\. Did you mean 'rules'\?/],
    [{ users: [{ email: 'a@example.com', claims: { sub: 'x' } }] }, /^users\[0\]\.claims must not have claims/],
    [{ users: [{ email: 'a@example.com', group: ['x'] }] }, /^users\[0\]\.group is unknown\. Did you mean 'groups'\?/],
    [{ users: [{ group: ['x'], emial: 'a@example.com' }] }, /^users\[0\]\.group is unknown\. Did you mean 'groups'\?/],
    [{ users: [{ email: 'zoë@' }] }, /^users\[0\]\.email must be an e-mail address/],
    [{ users: [{ email: 'a@b' }] }, /^users\[0\]\.email must be an e-mail address/],
    [{ users: ['a@example.com'] }, /^users\[0\] must be an object with an email/],
    [{ users: [{ email: null }] }, /^users\[0\] has no e-mail, and then needs a sub/],
    [{ users: [{ email: 'a@example.com', sub: '日本' }] }, /^users\[0\]\.sub must be printable ASCII/],
    [{ users: [{ email: 'a@example.com', sub: 'a\nb' }] }, /^users\[0\]\.sub must be printable ASCII/],
    [{ users: [{ email: 'a@example.com', sub: 'a b' }] }, /^users\[0\]\.sub must be printable ASCII/],
    [{ rules: {} }, /^rules must be a list of rules, such as \[/],
    [{ rules: ['/a'] }, /^rules\[0\] must be like \{/],
    [
      {
        rules: [
          { path: '/', action: 'none' },
          { path: '/', acton: 'none' },
        ],
      },
      /^rules\[1\]\.acton is unknown\. Did you mean 'action'\?/,
    ],
    [{ rules: [{ path: '/', action: 'alow' }] }, /^rules\[0\]\.action must be one of "authenticate"/],
    [{ rules: [{ path: 'a', action: 'none' }] }, /^rules\[0\]\.path must be a path/],
    [{ rules: [{ path: '/', action: 'none', target: 'https://a' }] }, /^rules\[0\]\.target must be a URL/],
    [{ target: 'https://a' }, /^target must begin with http:\/\/: .*no TLS/],
    [{ fault: 'expird' }, /^Unknown fault 'expird'\. Did you mean 'expired'\?/],
    [{ command: 'node app.js' }, /^command must be a list/],
  ])('%o is refused by name', async (given, says) => {
    await expect(startLocalAlb({ target: 'http://localhost:9', port: 0, ...given })).rejects.toThrow(says)
  })
})
