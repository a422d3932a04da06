import { unstable_cache } from 'next/cache'
import { requireUser } from '../../lib/auth'

async function cachedFor(email: string): Promise<string> {
  'use cache'
  return `use cache of ${email}`
}

const dataOf = unstable_cache(async (sub: string) => await Promise.resolve(`data cache of ${sub}`), ['data'])

export default async function Page() {
  const user = await requireUser()
  return (
    <main>
      <h1>Cached page of {user.email}</h1>
      <p>{await cachedFor(user.email)}</p>
      <p>{await dataOf(user.email)}</p>
    </main>
  )
}
