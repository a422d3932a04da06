import Link from 'next/link'
import { requireUser } from '../../lib/auth'

export default async function Page() {
  const { email } = await requireUser()
  return (
    <main>
      <h1>Links of {email}</h1>
      <Link href="/" prefetch>
        Home
      </Link>
    </main>
  )
}
