import type { RequestHandler } from './$types'

export const GET: RequestHandler = ({ locals }) => Response.json({ user: locals.user })
