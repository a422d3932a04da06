import { userContext } from '../auth.server'
import type { Route } from './+types/home'

export function loader({ context }: Route.LoaderArgs) {
  const user = context.get(userContext)
  return { name: user?.name, groups: user?.groups }
}

export default function Home({ loaderData }: Route.ComponentProps) {
  return (
    <main>
      <h1>Hello, {loaderData.name}</h1>
      <p>Groups: {loaderData.groups?.join(', ')}</p>
      <a href="/logout">Sign out</a>
    </main>
  )
}
