import { requireUser } from '../../../lib/auth'

export default async function Slot() {
  return <p>stats of {(await requireUser()).email}</p>
}
