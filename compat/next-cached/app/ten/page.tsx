import { Suspense } from 'react'
import { getUser, requireGroups, requireUser } from '../../lib/auth'

async function One({ index }: { index: number }) {
  const ask = [requireUser, getUser, () => requireGroups('developers')][index % 3] ?? requireUser
  return <li>{(await ask())?.email}</li>
}

export default function Page() {
  return (
    <ul>
      {Array.from({ length: 10 }, (_, index) => (
        <Suspense key={index}>
          <One index={index} />
        </Suspense>
      ))}
    </ul>
  )
}
