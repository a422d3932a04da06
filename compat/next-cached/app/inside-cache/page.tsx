import { connection } from 'next/server'
import { Suspense } from 'react'
import { requireUser } from '../../lib/auth'

async function secret(): Promise<string> {
  'use cache'
  return `secret of ${(await requireUser()).email}`
}

async function Secret() {
  await connection() // not while the page is built, which would fail
  return <h1>{await secret()}</h1>
}

export default function Page() {
  return (
    <Suspense>
      <Secret />
    </Suspense>
  )
}
