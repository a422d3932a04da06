import type { ReactNode } from 'react'
import { isRouteErrorResponse, Links, Meta, Outlet, Scripts, ScrollRestoration } from 'react-router'
import type { Route } from './+types/root'
import { middleware as requireSignIn, refusalHeaders } from './auth.server'

export const middleware = [refusalHeaders, requireSignIn] // for every route

export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>my-app</title>
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  )
}

export default function App() {
  return <Outlet />
}

export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  if (!isRouteErrorResponse(error)) return <h1>Something went wrong</h1>
  return (
    <main>
      <h1>
        {error.status} {error.statusText}
      </h1>
      {/* A whole page: signing out leads to another origin. */}
      <a href="/logout">Sign out</a>
    </main>
  )
}
