import type { RequestHandler } from './$types'

export const GET: RequestHandler = ({ locals }) => Response.json({ email: locals.user?.email })
