export { proxy as middleware } from './lib/auth'

export const config = { runtime: 'nodejs' }
