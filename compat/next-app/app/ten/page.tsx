import { getUser, requireGroups, requireUser } from '../../lib/auth'

async function One({ index }: { index: number }) {
  await new Promise((resolve) => setTimeout(resolve, index))
  const ask = [requireUser, getUser, () => requireGroups('developers')][index % 3] ?? requireUser
  return <li>{(await ask())?.email}</li>
}

export default async function Page() {
  await requireUser()
  return (
    <ul>
      {Array.from({ length: 10 }, (_, index) => (
        <One key={index} index={index} />
      ))}
    </ul>
  )
}
