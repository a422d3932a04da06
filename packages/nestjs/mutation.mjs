/**
 * The parts of mutation testing, each with the suites that ask it. Decorators run while a suite is loaded, so that
 * coverage of single tests sees little of them: every suite of a part is run for such a mutant, and the fewest are chosen.
 */
export const parts = {
  access: {
    mutate: ['src/access/*.ts', '!src/access/*.test.ts'],
    suites: ['stated', 'scopes', 'by-hand', 'made-handlers'],
  },
  guard: {
    mutate: ['src/guard.ts'],
    suites: [
      'contexts',
      'guard',
      'global-guard',
      'module-rules',
      'sign-out',
      'websocket',
      'local-alb',
      'late-gateways',
      'type-classes',
    ],
  },
  lost: {
    mutate: ['src/discovery/lost.ts', 'src/discovery/handlers.ts'],
    suites: ['handlers', 'lost', 'overrides', 'lost-graphql', 'replaced-class', 'per-request', 'by-hand'],
  },
  'per-request': { mutate: ['src/discovery/per-request.ts'], suites: ['per-request'] },
  'global-guard': {
    mutate: ['src/discovery/global-guard.ts', 'src/discovery/usage.ts', 'src/discovery/messages.ts'],
    suites: ['global-guard', 'rpc'],
  },
  'start-up': {
    mutate: [
      'src/discovery/check-app.ts',
      'src/discovery/start-up-check.ts',
      'src/discovery/scopes.ts',
      'src/discovery/request-scope.ts',
    ],
    suites: ['start-up-check', 'scopes', 'request-scope', 'lost', 'type-classes'],
  },
  unguarded: {
    mutate: [
      'src/discovery/graphql/unguarded.ts',
      'src/discovery/graphql/schema.ts',
      'src/discovery/graphql/entities.ts',
    ],
    suites: [
      'entities',
      'federation',
      'graphql',
      'included',
      'plain-fields',
      'schema-first',
      'type-classes',
      'websocket',
    ],
  },
  'plain-fields': {
    mutate: ['src/discovery/graphql/plain-fields.ts', 'src/discovery/graphql/resolvers.ts'],
    suites: ['plain-fields', 'entities', 'included', 'schema-first'],
  },
  'no-handlers': { mutate: ['src/discovery/no-handlers.ts'], suites: ['no-handlers'] },
  'made-handlers': { mutate: ['src/discovery/made-handlers.ts'], suites: ['made-handlers', 'no-handlers'] },
  gateways: {
    mutate: ['src/discovery/gateways.ts'],
    suites: ['gateways', 'websocket', 'late-gateways', 'global-guard'],
  },
  doubles: { mutate: ['src/discovery/graphql/doubles.ts'], suites: ['doubles', 'plain-fields'] },
  bindings: { mutate: ['src/discovery/bindings.ts'], suites: ['bindings'] },
}

/** The score, in per cent, below which the run fails. */
export const lowest = 85
