import { Suspense } from 'react'
import { requireUser } from '../../lib/auth'

async function mine(): Promise<string> {
  'use cache: private'
  return `private report of ${(await requireUser()).email}`
}

async function Report() {
  return <h1>{await mine()}</h1>
}

export default function Page() {
  return (
    <Suspense>
      <Report />
    </Suspense>
  )
}
