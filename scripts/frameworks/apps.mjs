/** How each framework is type-checked, built and started, as its own documentation says. Programs are those of the app. */

const bun = (name) => ({
  name,
  types: ['tsc', '-p', '.', '--noEmit'],
  start: ['bun', 'server.ts'],
  page: name === 'bun' ? '/x' : '/',
})

/**
 * `sync` writes the types that the framework makes, `types` checks with them. `data` is where the page's data, or an answer
 * of the framework's own, would be had by itself; `actions` what a stranger may not send a form to.
 */
export const APPS = [
  {
    name: 'sveltekit',
    sync: ['svelte-kit', 'sync'],
    types: ['tsc', '-p', '.', '--noEmit'],
    build: ['vite', 'build'],
    start: ['node', 'build'],
    data: ['/__data.json', '/api/me', '/nowhere'],
    // A remote form can be sent to every page, the open ones too.
    actions: ['/health?/remote=hash/touch', '/_app/remote/hash/touch'],
  },
  {
    name: 'astro',
    sync: ['astro', 'sync'],
    types: ['tsc', '-p', '.', '--noEmit'],
    build: ['astro', 'build'],
    start: ['node', 'dist/server/entry.mjs'],
    isLazy: true,
    data: ['/api/me', '/_image?href=x', '/_server-islands/x', '/nowhere'],
    // An action can be called at every path, the open one too.
    actions: ['/health?_action=touch', '/_actions/touch'],
  },
  {
    name: 'nuxt',
    sync: ['nuxt', 'prepare'],
    types: ['tsc', '-p', '.nuxt/tsconfig.server.json', '--noEmit'],
    build: ['nuxt', 'build'],
    start: ['node', '.output/server/index.mjs'],
    // Nitro answers a proxy of its own before any middleware.
    data: ['/api/me', '/_payload.json', '/__nuxt_error', '/backend/x', '/nowhere'],
  },
  bun('bun'),
  bun('elysia'),
]
