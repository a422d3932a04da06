/** For the load balancer's health checks; open, since lib/auth.ts says so. */
export const GET = () => Response.json({ ok: true })
