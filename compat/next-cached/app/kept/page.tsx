import { Suspense } from 'react'
import { requireUser } from '../../lib/auth'

async function reportOf(email: string): Promise<string> {
  'use cache'
  return `report of ${email}`
}

async function Report() {
  return <h1>{await reportOf((await requireUser()).email)}</h1>
}

export default function Page() {
  return (
    <Suspense>
      <Report />
    </Suspense>
  )
}
