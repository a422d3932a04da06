import { requireUser } from '../../../lib/auth'

export default async function Page() {
  return <h1>Page of {(await requireUser()).email}</h1>
}
