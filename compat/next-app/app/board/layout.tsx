import type { ReactNode } from 'react'

export default function Layout({ children, team, stats }: { children: ReactNode; team: ReactNode; stats: ReactNode }) {
  return (
    <section>
      {children}
      {team}
      {stats}
    </section>
  )
}
