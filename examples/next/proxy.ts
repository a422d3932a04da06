// Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out.
export { proxy } from './lib/auth'
