import { withUser } from '../../../lib/auth'

export const GET = withUser((_request, { user }) => Response.json({ email: user?.email ?? null }))
export const POST = GET
