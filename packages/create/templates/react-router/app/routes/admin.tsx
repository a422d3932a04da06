import { requireGroups } from '../auth.server'
import type { Route } from './+types/admin'

export { headers } from '@cognito-auth/remix' // hands on what a refusal says, such as Cache-Control

export async function loader({ request }: Route.LoaderArgs) {
  const user = await requireGroups(request, 'admins') // any of them; 403 otherwise
  return { name: user.name }
}

export default function Admin({ loaderData }: Route.ComponentProps) {
  return <h1>{loaderData.name} is an admin</h1>
}
