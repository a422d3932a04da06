import { requireGroups } from '../../lib/auth'

/** For a group only. */
export default async function Page() {
  await requireGroups('admins')
  return (
    <>
      <h1>Reports</h1>
      <p>
        Only members of the group <code>admins</code> read this.
      </p>
    </>
  )
}
