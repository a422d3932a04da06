import { withUser } from '../../lib/auth'

// The rules of auth-config.json name this group as admins.
export const GET = withUser(async (request, { user }) => {
  if (user?.isAdmin !== true) return Response.json({ title: 'Forbidden' }, { status: 403 })
  return Response.json({ admin: user.name })
})
