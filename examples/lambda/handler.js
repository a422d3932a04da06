import { createLambdaAuth } from '@cognito-auth/lambda'
import { greeting, reports } from 'example-page'

const { core, withUser } = createLambdaAuth({ signOutPath: '/logout', bypass: ['/health'] })

const answer = (type, body) => ({ statusCode: 200, headers: { 'content-type': type }, body })
const html = (body) => answer('text/html; charset=utf-8', body)

const reportsOf = withUser(() => html(reports('Lambda')), { groups: ['admins'] })

const pages = withUser(({ path }, { user }) => {
  switch (path) {
    case '/health':
      return answer('application/json', '{"ok":true}')
    case '/':
      return html(greeting('Lambda', user))
    case '/api/me':
      // A user is plain data: no tokens or claims go out with it.
      return answer('application/json', JSON.stringify(user))
    default:
      return { statusCode: 404, body: 'Not found' }
  }
})

// A config that cannot be read fails the function's start, rather than answer every page with 500.
await core.warmUp()

/** Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out. */
export const handler = (event, context) => (event.path === '/reports' ? reportsOf : pages)(event, context)
