import { createRemixAuth } from '@cognito-auth/remix'
import type { ReactNode } from 'react'
import { Links, Meta, Outlet, Scripts } from 'react-router'

export { ErrorBoundary } from 'recipe:error-boundary'

const auth = createRemixAuth({ authoriser: null, signOutPath: '/sign-out' })

export const middleware = [auth.middleware]

export function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <title>App</title>
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <Scripts />
      </body>
    </html>
  )
}

export default function App() {
  return <Outlet />
}
