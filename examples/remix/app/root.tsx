import { requireUser } from '@cognito-auth/remix'
import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, Links, Meta, Outlet, Scripts, useLoaderData, useRouteError } from '@remix-run/react'
import styles from 'example-page/styles.css?raw'
import type { ReactNode } from 'react'
import { Refusal } from './refusal'

/** Error pages keep `Cache-Control: no-store` and the other headers of a refusal: each page that asks hands them on. */
export { headers } from '@cognito-auth/remix'

/** The layout shows who is signed in. A user is plain data: no tokens or claims go to the browser with it. */
export async function loader({ request }: LoaderFunctionArgs) {
  return { user: await requireUser(request) }
}

export function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Remix example</title>
        <link rel="icon" href="data:," />
        <Meta />
        <Links />
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        {children}
        <Scripts />
      </body>
    </html>
  )
}

export default function Root() {
  const { user } = useLoaderData<typeof loader>()
  return (
    <>
      <header>
        <strong>
          Signed in as {user.name} ({user.email})
        </strong>
        <Link to="/">Home</Link>
        <Link to="/reports">Reports</Link>
        <a href="/api/me">/api/me</a>
        <a href="/logout">Sign out</a>
      </header>
      <main>
        <Outlet />
      </main>
    </>
  )
}

/** No user, or one whom the rules deny: there is no layout to show. */
export function ErrorBoundary() {
  return (
    <main>
      <Refusal error={useRouteError()} />
      <p>
        <a href="/logout">Sign out</a> and sign in as another user.
      </p>
    </main>
  )
}
