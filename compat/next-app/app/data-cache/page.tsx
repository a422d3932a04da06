import { requireUser } from '../../lib/auth'

// What an app may write to have all of its own fetches kept.
export const fetchCache = 'force-cache'
export const revalidate = 3600

export default async function Page() {
  return <h1>Kept for an hour: {(await requireUser()).email}</h1>
}
