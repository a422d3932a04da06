import { requireGroups } from '../../lib/auth'

export default async function Page() {
  return <h1>Admins, {(await requireGroups('admins')).email}</h1>
}
