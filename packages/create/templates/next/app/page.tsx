import { requireUser } from '../lib/auth'

export default async function Page() {
  const user = await requireUser()
  return (
    <main>
      <h1>Hello, {user.name}</h1>
      <p>Groups: {user.groups.join(', ')}</p>
      <a href="/logout">Sign out</a>
    </main>
  )
}
