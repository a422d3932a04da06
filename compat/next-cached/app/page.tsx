import { Suspense } from 'react'
import { requireUser } from '../lib/auth'

async function Hello() {
  return <h1>Home of {(await requireUser()).email}</h1>
}

export default function Page() {
  return (
    <main>
      <p>Shell of everybody</p>
      <Suspense>
        <Hello />
      </Suspense>
    </main>
  )
}
