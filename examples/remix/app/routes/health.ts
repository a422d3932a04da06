/** For the load balancer's health check, which carries no tokens. */
export function loader() {
  return Response.json({ ok: true })
}
