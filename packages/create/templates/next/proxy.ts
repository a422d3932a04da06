export { proxy } from './lib/auth' // protects every path; pages that show data ask again
