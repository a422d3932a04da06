import type { ReactNode } from 'react'
import { requireUser } from '../../lib/auth'

export default async function Layout({ children }: { children: ReactNode }) {
  const { name } = await requireUser()
  return (
    <section>
      <p>{name}</p>
      {children}
    </section>
  )
}
