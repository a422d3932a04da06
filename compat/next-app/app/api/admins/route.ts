import { requireGroups } from '../../../lib/auth'

export async function GET(): Promise<Response> {
  return Response.json({ email: (await requireGroups('admins')).email })
}
