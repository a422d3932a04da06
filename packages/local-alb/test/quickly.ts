/** Arguments of Node: RSA keys of a pool, as test files have them. To make two takes longer than all else of a start. */
export const QUICKLY: readonly string[] = ['--import', new URL('../../../scripts/quick-keys.mjs', import.meta.url).href]
