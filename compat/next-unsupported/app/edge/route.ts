import { requireUser } from '../../lib/auth'

export const runtime = 'edge'

export async function GET(): Promise<Response> {
  return Response.json({ email: (await requireUser()).email })
}
