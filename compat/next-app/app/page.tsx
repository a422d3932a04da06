import Link from 'next/link'
import { requireUser } from '../lib/auth'

export default async function Page() {
  const user = await requireUser()
  return (
    <main>
      <h1>Home of {user.email}</h1>
      <Link href="/admins">Admins</Link> <Link href="/links">Links</Link> <a href="/sign-out">Sign out</a>
    </main>
  )
}
