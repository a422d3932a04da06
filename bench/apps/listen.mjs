/** Listens on a free port. */
export async function listenOn(server) {
  // Longer than any pause of the client, which has no processor of its own: a connection that is closed meanwhile is no answer.
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.address().port
}
