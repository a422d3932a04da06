import { withUser } from '../../../lib/auth'

/** A user is plain data: no tokens or claims go out with it. */
export const GET = withUser((_request, { user }) => Response.json(user))
