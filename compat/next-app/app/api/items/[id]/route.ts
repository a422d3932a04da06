import { withUser } from '../../../../lib/auth'

export const GET = withUser<{ id: string }>(async (_request, { user, params }) =>
  Response.json({ id: (await params).id, email: user?.email }),
)
