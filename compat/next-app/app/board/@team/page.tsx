import { requireUser } from '../../../lib/auth'

export default async function Slot() {
  return <p>team of {(await requireUser()).email}</p>
}
