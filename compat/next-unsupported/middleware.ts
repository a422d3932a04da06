/** Without `runtime: 'nodejs'`: as it was before there was another. */
export { proxy as middleware } from './lib/auth'
