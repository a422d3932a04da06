export { proxy } from './lib/auth'
