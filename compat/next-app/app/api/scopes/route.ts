import { requireScopes } from '../../../lib/auth'

export async function GET(): Promise<Response> {
  return Response.json({ clientId: (await requireScopes('my-api/read')).clientId })
}
