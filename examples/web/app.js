import { createWebAuth } from '@cognito-auth/web'
import { serve } from '@hono/node-server'
import { greeting, reports } from 'example-page'

const auth = createWebAuth({ signOutPath: '/logout' })

const html = (body) => new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } })

/** Anything on `Request` and `Response`: here a server without a framework. */
async function respond(request, { user }) {
  switch (new URL(request.url).pathname) {
    case '/health':
      return Response.json({ ok: true })
    case '/':
      return html(greeting('Request and Response', user))
    case '/reports':
      await auth.requireGroups(request, 'admins') // or throws its answer
      return html(reports('Request and Response'))
    case '/api/me':
      // A user is plain data: no tokens or claims go out with it.
      return Response.json(user)
    default:
      return new Response('Not found', { status: 404 })
  }
}

// Everything needs a user whom the rules allow, but for the load balancer's health check. Everyone may sign out.
const protectedApp = auth.protect(respond, { bypass: ['/health'] })

async function answer(request) {
  try {
    return await protectedApp(request)
  } catch (error) {
    if (error instanceof Response) return error
    throw error
  }
}

// A config that cannot be read stops the app here, rather than answer every page with 500.
await auth.core.warmUp()
const where = { port: Number(process.env.PORT ?? 3000), hostname: process.env.HOST ?? '127.0.0.1' }
serve({ fetch: answer, ...where }, ({ port }) => {
  console.log(`Web example on port ${port}`)
})
