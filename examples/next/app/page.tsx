import { requireUser } from '../lib/auth'

export default async function Page() {
  const { name, email, groups, isAdmin } = await requireUser()
  return (
    <>
      <h1>Hello, {name}</h1>
      <dl>
        <dt>E-mail</dt>
        <dd>{email}</dd>
        <dt>Groups</dt>
        <dd>{groups.join(', ')}</dd>
        <dt>Admin</dt>
        <dd>{isAdmin ? 'yes' : 'no'}</dd>
      </dl>
    </>
  )
}
