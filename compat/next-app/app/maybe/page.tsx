import { getUser } from '../../lib/auth'

export default async function Page() {
  return <h1>Maybe {(await getUser())?.email ?? 'nobody'}</h1>
}
