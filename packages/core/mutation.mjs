/**
 * The parts of mutation testing, each with the suites that ask it. What survives is asked by every test that reaches it:
 * the suites that are slow, or start processes, are left to the parts that they are about.
 */
const tokens = ['src/verifier/**/!(memory*)', 'test/attacks', 'test/bearer', 'test/bearer-attacks', 'test/pollution']

const of = (folder, ...names) => names.map((name) => `src/${folder}/${name}.ts`)
const all = (folder) => [`src/${folder}/*.ts`, `!src/${folder}/*.test.ts`]

export const parts = {
  jws: {
    mutate: of('verifier/checks', 'compact-jws', 'signature', 'times'),
    suites: [...tokens, 'test/order-of-checks'],
  },
  tokens: {
    mutate: [
      ...of('verifier/checks', 'alb-token', 'access-token', 'bearer-token'),
      ...of('verifier/policy', 'signer', 'issuer'),
    ],
    suites: [...tokens, 'test/order-of-checks'],
  },
  headers: {
    mutate: ['src/headers.ts'],
    suites: [
      'src/headers',
      'src/cognito-auth',
      'test/attacks',
      'test/bearer',
      'test/bearer-attacks',
      'test/pollution',
      'src/dev/*',
    ],
  },
  users: {
    mutate: ['src/claims.ts', 'src/user.ts'],
    suites: [
      ...tokens,
      'src/claims',
      'src/user',
      'src/cognito-auth',
      'src/lib/memory/*',
      'src/verifier/memory/*',
      'src/rules/*',
      'src/authoriser',
      'test/remembered-user',
    ],
  },
  rules: {
    mutate: all('rules'),
    suites: ['src/rules/*', 'src/authoriser', 'test/bearer-attacks', 'test/pollution'],
  },
  verifier: {
    mutate: of('verifier', 'token-verifier', 'request-verifier'),
    suites: [
      ...tokens,
      'src/cognito-auth',
      'test/bearer-options',
      'test/events',
      'test/forgotten',
      'test/keys',
      'test/remembered-user',
    ],
  },
  remembered: {
    mutate: [...of('verifier', 'in-flight'), ...of('verifier/memory', 'verified-tokens', 'remembered')],
    suites: ['src/verifier/memory/*', 'src/verifier/verify', 'test/remembered-user', 'test/forgotten', 'test/events'],
  },
  keys: { mutate: all('keys'), suites: ['src/keys/*', 'src/verifier/verify', 'test/keys', 'test/events'] },
  'verifier-options': {
    mutate: of('verifier/policy', 'options', 'bearer-options'),
    suites: [
      'src/verifier/policy/options',
      'src/cognito-auth-options',
      'src/options/*',
      'src/cognito-auth',
      'test/bearer',
      'test/bearer-options',
    ],
  },
  options: {
    mutate: all('options'),
    suites: [
      'src/options/*',
      'src/cognito-auth-options',
      'src/logout',
      'src/dev/*',
      'src/authoriser',
      'src/config/configured-source',
      'src/inspect',
      'test/process',
      'test/bearer-options',
      'src/verifier/policy/options',
    ],
  },
  config: {
    mutate: all('config'),
    suites: [
      'src/config/*',
      'src/authoriser',
      'src/cognito-auth-options',
      'test/http-source',
      'test/events',
      'test/pollution',
    ],
  },
}

/** The score, in per cent, below which the run fails. */
export const lowest = 94
