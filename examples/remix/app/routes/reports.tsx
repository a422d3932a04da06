import { requireGroups } from '@cognito-auth/remix'
import type { LoaderFunctionArgs } from '@remix-run/node'
import { useRouteError } from '@remix-run/react'
import { Refusal } from '../refusal'

export { headers } from '@cognito-auth/remix'

/** For a group only. */
export async function loader({ request }: LoaderFunctionArgs) {
  await requireGroups(request, 'admins')
  return null
}

export default function Reports() {
  return (
    <>
      <h1>Reports</h1>
      <p>Only admins read this.</p>
    </>
  )
}

/** Shown inside the layout: the user stays signed in. */
export function ErrorBoundary() {
  return <Refusal error={useRouteError()} />
}
