import { requireUser } from '../../lib/auth'

async function secret(): Promise<string> {
  'use cache'
  return `secret of ${(await requireUser()).email}`
}

export const dynamic = 'force-dynamic'

export default async function Page() {
  return <h1>{await secret()}</h1>
}
