/** For the load balancer's health checks. */
export const loader = () => Response.json({ ok: true })
