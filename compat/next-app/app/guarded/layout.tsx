import type { ReactNode } from 'react'
import { requireUser } from '../../lib/auth'

export default async function Layout({ children }: { children: ReactNode }) {
  const { email } = await requireUser()
  return (
    <section>
      <p>Layout of {email}</p>
      {children}
    </section>
  )
}
