import { requireUser } from '../../lib/auth'
import { Buttons } from './buttons'

export default async function Page() {
  await requireUser()
  return <Buttons />
}
